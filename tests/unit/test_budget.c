/*
 * Kill budgets: how many fit into a window, and from when on there is room again.
 *
 * Links: daemon/handler/budget.c.
 */
#include <string.h>

#include "handler/handler.h"
#include "unit.h"

#define SEC NSEC_PER_SEC

static struct handler handler;
static struct roster roster;
static struct episode episode;

static void setup(void)
{
	memset(&handler, 0, sizeof(handler));
	memset(&roster, 0, sizeof(roster));
	memset(&episode, 0, sizeof(episode));
	handler.tables.roster = &roster;
	handler.now.count = 1000 * SEC;
	episode.policy.budget = (struct kill_budget){ .kills = 3, .window = { 60 * SEC } };
}

static bool take_at(uint64_t sec)
{
	handler.now.count = sec * SEC;
	return budget_take(&handler, &episode);
}

START_TEST(as_many_as_it_says)
{
	ck_assert(take_at(1000) && take_at(1010) && take_at(1020));
	ck_assert(!take_at(1059));
	ck_assert_uint_eq(episode.budget_again.count, 1060 * SEC);
	/* Refused is not counted: the second of the three is the next to leave the window. */
	ck_assert(take_at(1060));
	ck_assert(!take_at(1069));
	ck_assert(take_at(1070));
}
END_TEST

START_TEST(no_budget_is_no_bound)
{
	episode.policy.budget.kills = 0;
	for (int i = 0; i < 1000; i++)
		ck_assert(take_at(1000));
}
END_TEST

START_TEST(ring_is_as_long_as_the_largest_budget)
{
	episode.policy.budget.kills = POLICY_BUDGET_MAX;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < POLICY_BUDGET_MAX; i++)
			ck_assert(take_at(1000 + 60 * (uint64_t)round));
		ck_assert(!take_at(1000 + 60 * (uint64_t)round + 59));
	}
}
END_TEST

START_TEST(host_counts_all_groups)
{
	atomic_store(&roster.host.budget_kills, 2);
	atomic_store(&roster.host.budget_window_nsec, 10 * SEC);
	ck_assert(take_at(1000));
	episode.slot = 1;
	ck_assert(take_at(1001));
	ck_assert(!take_at(1009));
	ck_assert_uint_eq(episode.budget_again.count, 1010 * SEC);
	ck_assert(take_at(1010));
	/* What the host refused is not counted against the group. */
	ck_assert_uint_eq(handler.slots[1].budget.next, 2);
}
END_TEST

START_TEST(groups_have_budgets_of_their_own)
{
	ck_assert(take_at(1000) && take_at(1000) && take_at(1000) && !take_at(1000));
	episode.slot = 1;
	ck_assert(take_at(1000));
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("budget", &tests);

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, as_many_as_it_says);
	tcase_add_test(tests, no_budget_is_no_bound);
	tcase_add_test(tests, ring_is_as_long_as_the_largest_budget);
	tcase_add_test(tests, host_counts_all_groups);
	tcase_add_test(tests, groups_have_budgets_of_their_own);
	return unit_run(suite);
}
