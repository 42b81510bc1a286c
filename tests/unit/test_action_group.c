/*
 * The step that kills a group: how often it looks who is there. What a round does is in
 * test_group_round.c, and whom it spares in test_episode.c.
 *
 * Links: all of daemon/handler but its loop.
 */
#include "group.h"

static uint64_t snapshots(void)
{
	return outcomes.sources[SOURCE_FACTS].uses;
}

/* What the step begins with is the first round's; the second finds nobody new, and ends the turn. */
START_TEST(two_looks_for_two_rounds)
{
	const struct policy_step step[] = { { .kind = STEP_KILL_GROUP,
					      .timeout = { .count = NSEC_PER_SEC } } };
	uint64_t before;

	policy_set(1, step);
	begin();
	before = snapshots();
	run(1);
	ck_assert(has_died(0) && has_died(1) && has_died(2));
	ck_assert_uint_eq(snapshots() - before, 2);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("action_group", &tests);

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, two_looks_for_two_rounds);
	return unit_run_forked(suite);
}
