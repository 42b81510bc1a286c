/*
 * The kernel step, when the descriptor by which its choice is marked has not come. How it goes well is in
 * test_episode.c.
 *
 * Links: all of daemon/handler but its loop.
 */
#include "group.h"

/* The last of the people is the largest, and the first in the order. */
static void begin_without_seat(void)
{
	policy_set(0, NULL);
	atomic_store(&handler.adopt.processes[2].generation, 0);
	begin();
}

static bool is_marked(uint32_t index)
{
	char adj[8] = "";

	return pread(handler.adopt.processes[index].adj_fd, adj, sizeof(adj) - 1, 0) >= 4 &&
	       strncmp(adj, "1000", 4) == 0;
}

/* 25 looks for the descriptor of the first; then the kernel is told of the best that has one. */
START_TEST(the_next_best_is_marked)
{
	begin_without_seat();
	run(40);
	ck_assert_uint_eq(handler.slots[GROUP].state, BOARD_EPISODE);
	run(30);
	ck_assert_uint_eq(handler.slots[GROUP].state, BOARD_HANDED_BACK);
	ck_assert(is_marked(1) && !is_marked(0));
}
END_TEST

START_TEST(a_seat_is_waited_for)
{
	begin_without_seat();
	run(10);
	atomic_store(&handler.adopt.processes[2].generation, 1);
	run(3);
	ck_assert_uint_eq(handler.slots[GROUP].state, BOARD_HANDED_BACK);
	ck_assert(is_marked(2));
}
END_TEST

/* Calm before the descriptor came: the kernel is not asked to kill. */
START_TEST(over_while_it_waits)
{
	begin_without_seat();
	run(10);
	kernel_says(true, false, 0);
	run(1500);
	ck_assert_ptr_null(handler.slots[GROUP].episode);
	ck_assert_uint_eq(record(0)->proof, OUTCOME_PROOF_LEVEL);
	ck_assert_uint_eq(handler.slots[GROUP].state, BOARD_ARMED);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("action_kernel", &tests);

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, the_next_best_is_marked);
	tcase_add_test(tests, a_seat_is_waited_for);
	tcase_add_test(tests, over_while_it_waits);
	return unit_run_forked(suite);
}
