/*
 * A sequence lock for one writer and any number of readers in other processes. The writer never waits;
 * a reader retries a bounded number of times and then says that it could not get a consistent copy.
 *
 * The protected bytes are copied word by word with relaxed atomics: a torn copy is thrown away, but it
 * must not be a data race. (Hans Boehm, "Can seqlocks get along with programming language memory
 * models?", MSPC 2012, gives the fences used here.)
 */
#pragma once

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define SEQUENCE_RETRIES 64

/* A word of a struct of any type. The attribute has to go with a name: the one typedef of the project. */
typedef uint64_t __attribute__((may_alias)) sequence_word;

struct sequence {
	_Atomic uint32_t count; /* odd while a write is under way */
	uint32_t padding;
};

/* @source and @target: aligned to 8 bytes, @size a multiple of 8; asserted at compile time by the callers. */
static inline void sequence_store(struct sequence *sequence, void *target, const void *source,
				  size_t size)
{
	uint32_t count = atomic_load_explicit(&sequence->count, memory_order_relaxed);
	sequence_word *to = target;
	const sequence_word *from = source;

	/* A writer that died in mid-write left an odd count: go on from the next odd one. */
	count |= 1;
	atomic_store_explicit(&sequence->count, count, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	for (size_t i = 0; i < size / sizeof(*from); i++)
		__atomic_store_n(&to[i], from[i], __ATOMIC_RELAXED);
	atomic_store_explicit(&sequence->count, count + 1, memory_order_release);
}

/* Return: 0, or -EAGAIN when the writer was in the way SEQUENCE_RETRIES times; @target is then garbage. */
static inline int sequence_load(const struct sequence *sequence, void *target, const void *source,
				size_t size)
{
	const sequence_word *from = source;
	sequence_word *to = target;

	for (int retry = 0; retry < SEQUENCE_RETRIES; retry++) {
		uint32_t before = atomic_load_explicit(&sequence->count, memory_order_acquire);

		if (before & 1)
			continue;
		for (size_t i = 0; i < size / sizeof(*to); i++)
			to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
		atomic_thread_fence(memory_order_acquire);
		if (atomic_load_explicit(&sequence->count, memory_order_relaxed) == before)
			return 0;
	}
	return -EAGAIN;
}
