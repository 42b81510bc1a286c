/*
 * One OOM from trigger to record: whom the steps choose, in which order, and what the record says of it.
 *
 * Links: all of daemon/handler but its loop.
 */
#include "group.h"

START_TEST(kills_the_first_and_sees_calm)
{
	begin();
	run(3);
	ck_assert(has_died(2) && is_alive(1) && is_alive(0));
	kernel_says(true, false, 0);
	run(1500);
	ck_assert_ptr_null(handler.slots[GROUP].episode);
	ck_assert_uint_eq(record(0)->kind, OUTCOME_RESOLVED);
	ck_assert_uint_eq(record(0)->proof, OUTCOME_PROOF_LEVEL);
	ck_assert_uint_eq(record(0)->victims, 1);
	ck_assert_uint_eq(record(0)->victim[0].who.pid, (uint32_t)people[2]);
	ck_assert_uint_eq(record(0)->victim[0].end, OUTCOME_VICTIM_EXITED);
	ck_assert_uint_eq(record(0)->victim[0].signal_number, SIGKILL);
	ck_assert_uint_eq(record(0)->policy_version, 3);
	ck_assert_uint_eq(record(0)->memory.value[FACTS_STAT_INACTIVE_ANON], LIMIT);
	ck_assert_uint_eq(handler.slots[GROUP].state, BOARD_ARMED);
}
END_TEST

static void let_all_but_the_first_share(void)
{
	struct fact fact;

	for (uint32_t i = 1; i < PEOPLE; i++) {
		ck_assert_int_eq(facts_read(&facts, i, &fact), 0);
		fact.mm = (uint32_t)people[1];
		fact.flags = FACT_DETAILS;
		facts_write(&facts, i, &fact);
	}
}

START_TEST(sharers_go_together)
{
	let_all_but_the_first_share();
	begin();
	run(15);
	ck_assert(has_died(1) && has_died(2) && is_alive(0));
	ck_assert_uint_eq(atomic_load(&outcomes.board[GROUP].kills), 1);
}
END_TEST

START_TEST(a_sharer_on_its_way_holds_nobody_up)
{
	let_all_but_the_first_share();
	atomic_store(&handler.adopt.processes[2].generation, 0);
	begin();
	run(2);
	ck_assert(has_died(1) && is_alive(2));
}
END_TEST

static const struct policy_step group_step[] = { { .kind = STEP_KILL_GROUP,
						   .timeout = { .count = NSEC_PER_SEC } } };

static void group_policy(const struct policy_rule *rule)
{
	policy_set(1, group_step);
	if (rule)
		rules.rule[rules.count++] = *rule;
	roster_write_rules(&roster, 0, &rules);
}

static void fact_change(uint32_t index, const struct fact *change)
{
	struct fact fact;

	ck_assert_int_eq(facts_read(&facts, index, &fact), 0);
	fact.flags = change->flags;
	fact.uid = change->uid;
	fact.mm = change->mm;
	fact.oom_score_adj = change->oom_score_adj;
	fact.anon = change->anon ? change->anon : fact.anon;
	facts_write(&facts, index, &fact);
}

START_TEST(group_spares_whom_a_rule_may_protect)
{
	const struct fact known = { .flags = FACT_DETAILS };

	group_policy(&(struct policy_rule){ .list = RULE_PROTECT, .kind = RULE_EXE });
	fact_change(1, &known);
	fact_change(2, &known);
	begin();
	run(30);
	ck_assert(has_died(1) && has_died(2) && is_alive(0));
}
END_TEST

START_TEST(group_spares_both_of_a_shim)
{
	const struct fact shim = {
		.flags = FACT_DETAILS, .uid = 5, .mm = (uint32_t)people[0], .anon = MIB
	};

	group_policy(&(struct policy_rule){
		.list = RULE_SHIM, .kind = RULE_UID, .first = 5, .last = 5 });
	fact_change(2, &(struct fact){ .anon = 60 * MIB });
	fact_change(0, &shim);
	fact_change(1, &shim);
	begin();
	run(30);
	ck_assert(has_died(2) && is_alive(0) && is_alive(1));
}
END_TEST

/* The first of the order comes late, and with the rule that made it the first. */
START_TEST(group_records_the_first)
{
	const struct outcome *outcome;

	group_policy(&(struct policy_rule){ .list = RULE_PREFER, .kind = RULE_UID });
	atomic_store(&handler.adopt.processes[2].generation, 0);
	begin();
	run(3);
	ck_assert(has_died(0) && has_died(1) && is_alive(2));
	atomic_store(&handler.adopt.processes[2].generation, 1);
	run(30);
	ck_assert(has_died(2));
	outcome = &handler.slots[GROUP].episode->outcome;
	ck_assert_uint_eq(outcome->victims, 1);
	ck_assert_uint_eq(outcome->victim[0].who.pid, (uint32_t)people[2]);
	ck_assert_uint_eq(outcome->victim[0].who.rule, 1);
}
END_TEST

/* The first has no facts, and may have its oom_score_adj from the second. */
START_TEST(group_kills_strangers_without_such_parents)
{
	const struct fact spared = { .oom_score_adj = _i ? -1000 : 0 };
	char list[96];

	group_policy(NULL);
	facts_write(&facts, 0, &(struct fact){ .generation = 0 });
	fact_change(1, &spared);
	atomic_store(&facts.group[GROUP].missed, 1);
	(void)snprintf(list, sizeof(list), "%d\n%d\n%d\n", people[0], people[1], people[2]);
	for (int i = 0; i < GROUP_MEMBERS; i++) {
		int fd = unit_file(list);

		ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
		atomic_store(&handler.adopt.groups[GROUP].members[i], fd);
	}
	begin();
	run(30);
	ck_assert(has_died(2));
	ck_assert(_i ? is_alive(0) && is_alive(1) : has_died(0) && has_died(1));
}
END_TEST

START_TEST(unread_rules_choose_nobody)
{
	rules.version = 4; /* of the policy after this one */
	roster_write_rules(&roster, 0, &rules);
	begin();
	run(30);
	ck_assert(is_alive(0) && is_alive(1) && is_alive(2));
	ck_assert_uint_eq(handler.slots[GROUP].state, BOARD_HANDED_BACK);
	ck_assert_uint_eq(handler.slots[GROUP].episode->mark, 0);
}
END_TEST

START_TEST(budget_ends_in_the_kernel_step)
{
	policy.budget = (struct kill_budget){ .kills = 1, .window = nsec_from_msec(60000) };
	roster_write_policy(&roster, 0, &policy);
	begin();
	run(200);
	ck_assert(has_died(2) && is_alive(1) && is_alive(0));
	ck_assert_uint_eq(handler.slots[GROUP].state, BOARD_HANDED_BACK);
	ck_assert_uint_eq(handler.slots[GROUP].episode->outcome.step[0].result,
			  OUTCOME_STEP_OVER_BUDGET);
	ck_assert_uint_ge(handler.slots[GROUP].rearm.count, nsec_from_msec(1000000 + 60000).count);
}
END_TEST

START_TEST(kernel_takes_our_choice)
{
	const struct policy_step step[] = {
		{ .kind = STEP_KILL, .via = STEP_VIA_KERNEL, .timeout = { .count = NSEC_PER_SEC } }
	};
	char adj[8] = "";

	policy_set(1, step);
	handler.slots[GROUP].backoff = nsec_from_msec(8000);
	begin();
	run(3);
	ck_assert_uint_eq(handler.slots[GROUP].state, BOARD_HANDED_BACK);
	ck_assert_int_ge(pread(handler.adopt.processes[2].adj_fd, adj, sizeof(adj) - 1, 0), 4);
	ck_assert(strncmp(adj, "1000", 4) == 0);
	ck_assert_int_eq(kill(people[2], SIGKILL), 0);
	kernel_says(false, false, 1);
	run(500);
	ck_assert_uint_eq(record(0)->kind, OUTCOME_RESOLVED);
	ck_assert_uint_eq(record(0)->proof, OUTCOME_PROOF_KILLS);
	ck_assert_uint_eq(record(0)->victim[0].signal_number, 0);
	ck_assert_uint_eq(record(0)->victim[0].end, OUTCOME_VICTIM_EXITED);
	ck_assert_uint_eq(handler.slots[GROUP].backoff.count,
			  nsec_from_msec(SLOT_BACKOFF_MIN_MSEC).count);
}
END_TEST

START_TEST(kernel_would_take_another)
{
	const struct policy_step step[] = {
		{ .kind = STEP_KILL, .via = STEP_VIA_KERNEL, .timeout = { .count = NSEC_PER_SEC } }
	};

	policy_set(1, step);
	fact_put(1, 1000, GROUP);
	fact_put(2, 1000, GROUP);
	policy.order = POLICY_ORDER_MEMORY;
	fact_put(0, 1000, GROUP);
	facts.processes[1].fact.anon = 30 * MIB; /* as much as the first has */
	begin();
	run(3);
	ck_assert(has_died(2));
	ck_assert_uint_eq(handler.slots[GROUP].state, BOARD_EPISODE);
	ck_assert_uint_eq(handler.slots[GROUP].episode->outcome.victim[0].signal_number, SIGKILL);
}
END_TEST

START_TEST(who_outlived_the_grace_is_killed_first)
{
	const struct policy_step steps[] = {
		{ .kind = STEP_TERMINATE,
		  .signal_number = SIGWINCH, /* to which nobody dies */
		  .grace = { .count = 50 * NSEC_PER_MSEC } },
		kill_step[0],
	};

	policy_set(2, steps);
	begin();
	run(10);
	ck_assert(is_alive(2));
	fact_put(0, 0, GROUP); /* grows while the grace runs, so that a ranking would take it */
	facts.processes[0].fact.anon = 60 * MIB;
	run(55);
	ck_assert(has_died(2) && is_alive(0) && is_alive(1));
}
END_TEST

START_TEST(release_does_not_wait_for_the_end)
{
	struct roster_slot row = handler.slots[GROUP].roster;

	begin();
	row.want = ROSTER_WANT_HELD;
	row.saved.value[KNOB_OOM_CONTROL] = 0;
	roster_write(&roster, GROUP, &row);
	slots_sweep(&handler);
	ck_assert_ptr_null(handler.slots[GROUP].episode);
	ck_assert_uint_eq(record(0)->kind, OUTCOME_HANDED_BACK);
	kernel_says(false, false, 0);
	for (int i = 0; i < 1200; i++) {
		handler.now.count += NSEC_PER_MSEC;
		(void)slots_run(&handler);
	}
	ck_assert_uint_eq(atomic_load(&outcomes.board[GROUP].state), BOARD_HELD);
	ck_assert(is_alive(2));
}
END_TEST

START_TEST(largest_child_group_goes_first)
{
	policy.unit = POLICY_UNIT_GROUP;
	roster_write_policy(&roster, 0, &policy);
	group_make(CHILD, GROUP);
	/* The largest process is in the smaller unit: the group's own members have 54 MiB. */
	number_set(CHILD, GROUP_USAGE, 10 * MIB);
	fact_put(2, 0, CHILD);
	begin();
	run(15);
	ck_assert(has_died(1) && is_alive(0) && is_alive(2));
	ck_assert_uint_eq(handler.slots[GROUP].episode->unit_inode, 100 + GROUP);
	/* What was begun with is gone on with while it has somebody, whatever the others use. */
	number_set(CHILD, GROUP_USAGE, 60 * MIB);
	run(20);
	ck_assert(has_died(0) && is_alive(2));
	run(30);
	ck_assert(has_died(2));
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("episode", &tests);

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, kills_the_first_and_sees_calm);
	tcase_add_test(tests, sharers_go_together);
	tcase_add_test(tests, a_sharer_on_its_way_holds_nobody_up);
	tcase_add_test(tests, group_spares_whom_a_rule_may_protect);
	tcase_add_test(tests, group_spares_both_of_a_shim);
	tcase_add_test(tests, group_records_the_first);
	tcase_add_loop_test(tests, group_kills_strangers_without_such_parents, 0, 2);
	tcase_add_test(tests, unread_rules_choose_nobody);
	tcase_add_test(tests, budget_ends_in_the_kernel_step);
	tcase_add_test(tests, kernel_takes_our_choice);
	tcase_add_test(tests, kernel_would_take_another);
	tcase_add_test(tests, who_outlived_the_grace_is_killed_first);
	tcase_add_test(tests, release_does_not_wait_for_the_end);
	tcase_add_test(tests, largest_child_group_goes_first);
	return unit_run_forked(suite);
}
