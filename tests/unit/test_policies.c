/*
 * Policies in the roster: both halves of a policy carry one version, which no other publication had, also
 * none of a former supervisor; and what holds for the host is in bytes.
 */
#include "supervisor/policies.h"
#include "unit/unit.h"

static struct roster roster;
static struct tables tables = { .roster = &roster };

/* Of the first policy of the bank in use, after one publication more. */
static uint32_t publish(struct policies *policies, uint32_t generation)
{
	const struct slots slots = { .tables = &tables, .supervisor_generation = generation };
	struct policy_file file = { .policy.mode = POLICY_ENFORCE, .rules.count = 2 };
	const struct policy_set set = { .files = &file, .count = 1 };
	struct policy_rules rules;
	struct policy policy;
	uint32_t index;

	policies_publish(policies, &slots, &set);
	index = policies_index(policies, &set, &file);
	ck_assert_int_eq(roster_read_policy(&roster, index, &policy), 0);
	ck_assert_int_eq(roster_read_rules(&roster, index, policy.version, &rules), 0);
	ck_assert_uint_eq(rules.count, 2);
	ck_assert_uint_eq(policy.mode, policies->dry_run ? POLICY_DRY_RUN : POLICY_ENFORCE);
	return policy.version;
}

START_TEST(test_versions)
{
	struct policies policies = { .dry_run = _i };
	uint32_t last = 0;

	for (uint32_t generation = 1; generation < 4; generation++) {
		policies.published = 0;
		for (int i = 0; i < 100; i++) {
			uint32_t version = publish(&policies, generation);

			ck_assert_uint_gt(version, last);
			last = version;
		}
	}
}
END_TEST

/* A reload swaps the banks: the policy an episode began with stays what it was. */
START_TEST(test_old_rules_are_told)
{
	struct policies policies = { .dry_run = false };
	struct policy_rules rules;
	uint32_t first = publish(&policies, 1), bank = policies.bank;

	publish(&policies, 1);
	ck_assert_int_eq(roster_read_rules(&roster, bank * ROSTER_POLICIES, first, &rules), 0);
	publish(&policies, 1);
	ck_assert_int_eq(roster_read_rules(&roster, bank * ROSTER_POLICIES, first, &rules),
			 -ESTALE);
}
END_TEST

START_TEST(test_host)
{
	const struct bytes memory = { 16ULL << 30 };
	struct config config = {
		.host_kill_budget = { .window = { 60 * NSEC_PER_SEC }, .kills = 20 },
		.host_loan_cap = { .value = 10, .percent = 1 },
		.min_available = { .value = 512 * BYTES_PER_MIB },
		.source = SOURCE_ITER,
	};

	policies_publish_host(&roster, &config, memory);
	ck_assert_uint_eq(roster.host.loan_cap, memory.count / 100 * 10);
	ck_assert_uint_eq(roster.host.min_available, 512 * BYTES_PER_MIB);
	ck_assert_uint_eq(roster.host.budget_kills, 20);
	ck_assert_uint_eq(roster.host.source, SOURCE_ITER);
	ck_assert_uint_eq(roster.host.budget_window_nsec, 60 * NSEC_PER_SEC);
	config.host_loan_cap.value = 100;
	config.source = SOURCE_BPF;
	policies_publish_host(&roster, &config, (struct bytes){ UINT64_MAX });
	ck_assert_uint_le(UINT64_MAX - roster.host.loan_cap, 100);
	ck_assert_uint_eq(roster.host.source, SOURCE_BPF);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("policies");
	TCase *tests = tcase_create("policies");

	tcase_add_loop_test(tests, test_versions, 0, 2);
	tcase_add_test(tests, test_old_rules_are_told);
	tcase_add_test(tests, test_host);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
