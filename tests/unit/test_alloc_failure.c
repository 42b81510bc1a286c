/*
 * Charges that fail and put nobody to sleep: what is counted, what is said, and when it is an episode; and
 * what must not be taken for it, page cache above all.
 *
 * Links: all of daemon/handler but its loop.
 */
#include "handler/alloc_failure.h"
#include "group.h"

static const struct judged {
	const char *name;
	uint64_t anon, file, kernel, swap;
	uint64_t memsw_limit, memsw_usage;
	bool hopeless;
} judged[] = {
	{ "full of its own memory", 64 * MIB, MIB / 2, 0, 0, UINT64_MAX, 0, true },
	{ "full of page cache", 30 * MIB, 34 * MIB, 0, 0, UINT64_MAX, 0, false },
	{ "two MiB of page cache left", 62 * MIB, 2 * MIB, 0, 0, UINT64_MAX, 0, false },
	{ "full of the kernel's memory", 4 * MIB, 0, 60 * MIB, 0, UINT64_MAX, 0, true },
	{ "it swaps", 64 * MIB, 0, 0, 1 * MIB, UINT64_MAX, 64 * MIB, false },
	{ "it has swapped all it may", 64 * MIB, 0, 0, 9 * MIB, 72 * MIB, 72 * MIB, true },
	{ "no swap accounting", 64 * MIB, 0, 0, UINT64_MAX, UINT64_MAX, 0, false },
};

START_TEST(judges_as_the_table_says)
{
	const struct judged *row = &judged[_i];
	const struct gauges gauges = { .limit = LIMIT,
				       .usage = LIMIT,
				       .memsw_limit = row->memsw_limit,
				       .memsw_usage = row->memsw_usage };
	const struct facts_memory memory = {
		.value = { [FACTS_STAT_ACTIVE_ANON] = row->anon,
			   [FACTS_STAT_SHMEM] = row->anon, /* counted once: it is on that list */
			   [FACTS_STAT_INACTIVE_FILE] = row->file,
			   [FACTS_STAT_KERNEL] = row->kernel,
			   [FACTS_STAT_SWAP] = row->swap },
	};

	ck_assert_msg(alloc_failure_is_hopeless(&memory, &gauges) == row->hopeless, "%s",
		      row->name);
}
END_TEST

/* One look of the sweep or of a timer, @msec after the last; @failcnt: as it reads by then. */
static void armed_look(uint64_t msec, uint64_t failcnt)
{
	handler.now.count += msec * NSEC_PER_MSEC;
	sampler_answer();
	number_set(GROUP, GROUP_FAILCNT, failcnt);
	look_at_slot(&handler, GROUP);
}

START_TEST(alloc_failures_are_counted_and_reported)
{
	armed_look(1000, 10);
	armed_look(1000, 20);
	armed_look(500, 20);
	ck_assert_uint_eq(atomic_load(&outcomes.board[GROUP].alloc_failures), 1);
	ck_assert_uint_eq(record(0)->kind, OUTCOME_ALLOC_FAILURE);
	ck_assert_uint_eq(record(0)->by_alloc_failure, 1);
	ck_assert_uint_eq(record(0)->candidates, PEOPLE);
	/* Counted again, but not said again within the minute. */
	armed_look(1000, 30);
	armed_look(500, 30);
	ck_assert_uint_eq(atomic_load(&outcomes.board[GROUP].alloc_failures), 2);
	ck_assert_uint_eq(handler.sequence, 1);
}
END_TEST

START_TEST(alloc_failures_that_go_on_are_an_episode)
{
	policy.alloc_failure = POLICY_ALLOC_FAILURE_STEPS;
	roster_write_policy(&roster, 0, &policy);
	armed_look(1000, 10);
	armed_look(1000, 20);
	armed_look(500, 30);
	ck_assert_ptr_null(handler.slots[GROUP].episode);
	armed_look(500, 40);
	ck_assert_ptr_nonnull(handler.slots[GROUP].episode);
	run(5);
	ck_assert(has_died(2));
	/* Nothing is refused any more: that is the calm, with usage where it is. */
	run(2500);
	ck_assert_ptr_null(handler.slots[GROUP].episode);
	ck_assert_uint_eq(record(0)->kind, OUTCOME_RESOLVED);
	ck_assert_uint_eq(record(0)->by_alloc_failure, 1);
	ck_assert_uint_eq(record(0)->victims, 1);
	/* And again not before its time. */
	for (uint64_t i = 0; i < 9; i++)
		armed_look(500, 100 + i);
	ck_assert_ptr_null(handler.slots[GROUP].episode);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("alloc_failure", &tests);

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, judges_as_the_table_says, 0, UNIT_COUNT(judged));
	tcase_add_test(tests, alloc_failures_are_counted_and_reported);
	tcase_add_test(tests, alloc_failures_that_go_on_are_an_episode);
	return unit_run_forked(suite);
}
