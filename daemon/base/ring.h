/*
 * Indices of a single-producer single-consumer ring whose storage the owner keeps beside them. Both
 * sides never wait: a full ring refuses, an empty one says so. Indices run freely through UINT32_MAX;
 * the size must be a power of two.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct ring {
	_Atomic uint32_t written; /* producer */
	_Atomic uint32_t taken; /* consumer */
};

/* Producer: the slot to fill, or false when the consumer is a whole ring behind. */
static inline bool ring_reserve(const struct ring *ring, uint32_t size, uint32_t *ret_index)
{
	uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);

	/* acquire: the consumer has finished reading the slot before we write over it */
	if (written - atomic_load_explicit(&ring->taken, memory_order_acquire) >= size)
		return false;
	*ret_index = written & (size - 1);
	return true;
}

/* release: the slot's bytes are visible before the index that announces them */
static inline void ring_publish(struct ring *ring)
{
	atomic_fetch_add_explicit(&ring->written, 1, memory_order_release);
}

/* Consumer: the oldest slot, or false when there is none. */
static inline bool ring_peek(const struct ring *ring, uint32_t size, uint32_t *ret_index)
{
	uint32_t taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);

	if (atomic_load_explicit(&ring->written, memory_order_acquire) == taken)
		return false;
	*ret_index = taken & (size - 1);
	return true;
}

static inline void ring_release(struct ring *ring)
{
	atomic_fetch_add_explicit(&ring->taken, 1, memory_order_release);
}
