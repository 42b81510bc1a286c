/*
 * The ring: full, empty, indices through UINT32_MAX, and two threads that never let it run dry.
 * Nothing is linked: the ring is all header.
 */
#include <pthread.h>

#include "base/ring.h"
#include "unit/unit.h"

#define SIZE 8u
#define STEPS 1000000u

static const uint32_t starts[] = { 0, 1, UINT32_MAX - SIZE, UINT32_MAX - 1, UINT32_MAX };

static void start_at(struct ring *ring, uint32_t start)
{
	atomic_store(&ring->written, start);
	atomic_store(&ring->taken, start);
}

START_TEST(fills_refuses_and_empties)
{
	struct ring ring;
	uint32_t index, slots[SIZE];

	start_at(&ring, starts[_i]);
	ck_assert(!ring_peek(&ring, SIZE, &index));
	for (uint32_t i = 0; i < SIZE; i++) {
		ck_assert(ring_reserve(&ring, SIZE, &slots[i]));
		ck_assert_uint_eq(slots[i], (starts[_i] + i) % SIZE);
		ring_publish(&ring);
	}
	ck_assert(!ring_reserve(&ring, SIZE, &index));
	for (uint32_t i = 0; i < SIZE; i++) {
		ck_assert(ring_peek(&ring, SIZE, &index));
		ck_assert_uint_eq(index, slots[i]);
		ring_release(&ring);
		ck_assert(ring_reserve(&ring, SIZE, &index));
		ck_assert_uint_eq(index, slots[0]);
	}
	ck_assert(!ring_peek(&ring, SIZE, &index));
}
END_TEST

START_TEST(reserve_alone_publishes_nothing)
{
	struct ring ring;
	uint32_t first, again, index;

	start_at(&ring, UINT32_MAX);
	ck_assert(ring_reserve(&ring, SIZE, &first));
	ck_assert(ring_reserve(&ring, SIZE, &again));
	ck_assert_uint_eq(first, again);
	ck_assert(!ring_peek(&ring, SIZE, &index));
}
END_TEST

static struct {
	struct ring ring;
	struct {
		uint32_t number, copy;
	} records[SIZE];
} shared;

static void *produce(void *unused)
{
	(void)unused;
	for (uint32_t number = 0; number < STEPS;) {
		uint32_t index;

		if (!ring_reserve(&shared.ring, SIZE, &index))
			continue;
		shared.records[index].number = number;
		shared.records[index].copy = ~number;
		ring_publish(&shared.ring);
		number++;
	}
	return NULL;
}

/* Half way through, the indices pass UINT32_MAX. */
START_TEST(two_threads_lose_and_tear_nothing)
{
	pthread_t producer;

	start_at(&shared.ring, UINT32_MAX - STEPS / 2);
	ck_assert_int_eq(pthread_create(&producer, NULL, produce, NULL), 0);
	for (uint32_t number = 0; number < STEPS;) {
		uint32_t index;

		if (!ring_peek(&shared.ring, SIZE, &index))
			continue;
		if (shared.records[index].number != number || shared.records[index].copy != ~number)
			ck_abort_msg("record %u is torn or lost", number);
		ring_release(&shared.ring);
		number++;
	}
	ck_assert_int_eq(pthread_join(producer, NULL), 0);
	ck_assert_uint_eq(shared.ring.written, shared.ring.taken);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("ring", &tests);

	tcase_add_loop_test(tests, fills_refuses_and_empties, 0, UNIT_COUNT(starts));
	tcase_add_test(tests, reserve_alone_publishes_nothing);
	tcase_add_test(tests, two_threads_lose_and_tear_nothing);
	return unit_run(suite);
}
