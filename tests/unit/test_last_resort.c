/*
 * Nobody can be killed, not even by the kernel: the group is kept, and it is said; or the policy's last
 * resort is taken.
 *
 * Links: all of daemon/handler but its loop.
 */
#include "group.h"

static void nobody_is_killable(void)
{
	for (uint32_t i = 0; i < PEOPLE; i++)
		fact_put(i, -1000, GROUP);
}

START_TEST(last_resort_alarm_keeps_the_group)
{
	nobody_is_killable();
	begin();
	run(5000);
	ck_assert_uint_eq(atomic_load(&outcomes.board[GROUP].state), BOARD_STRANDED);
	ck_assert_uint_eq(handler.slots[GROUP].state, BOARD_EPISODE);
	ck_assert_uint_eq(handler.sequence, 1);
	ck_assert_uint_eq(record(0)->kind, OUTCOME_UNRESOLVED);
	ck_assert_uint_eq(record(0)->last_resort, 1);
	ck_assert(is_alive(0) && is_alive(1) && is_alive(2));
	kernel_says(true, false, 0);
	run(3000);
	ck_assert_ptr_null(handler.slots[GROUP].episode);
	ck_assert_uint_eq(atomic_load(&outcomes.board[GROUP].state), BOARD_ARMED);
	ck_assert_uint_eq(handler.sequence, 1);
}
END_TEST

START_TEST(last_resort_ends_with_somebody_killable)
{
	nobody_is_killable();
	begin();
	run(2500);
	fact_put(0, 0, GROUP);
	run(3000);
	ck_assert_uint_eq(handler.slots[GROUP].state, BOARD_HANDED_BACK);
}
END_TEST

START_TEST(last_resort_kill)
{
	nobody_is_killable();
	policy.last_resort = POLICY_LAST_RESORT_KILL;
	roster_write_policy(&roster, 0, &policy);
	begin();
	run(10);
	ck_assert(has_died(2) && is_alive(1));
	kernel_says(true, false, 0);
	run(2000);
	ck_assert_uint_eq(record(0)->kind, OUTCOME_RESOLVED);
	ck_assert_uint_eq(record(0)->last_resort, 1);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("last_resort", &tests);

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, last_resort_alarm_keeps_the_group);
	tcase_add_test(tests, last_resort_ends_with_somebody_killable);
	tcase_add_test(tests, last_resort_kill);
	return unit_run_forked(suite);
}
