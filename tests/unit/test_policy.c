/*
 * The ranking: a table of cases, one per tier and per trap, and the properties of the order over random
 * snapshots: total, antisymmetric, transitive, and independent of the order of the input.
 *
 * Links: daemon/handler/policy.c.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "handler/policy.h"
#include "unit.h"

#define MIB (1ULL << 20)
#define RANDOM_CANDIDATES 40
#define RANDOM_ROUNDS 200

struct person {
	uint32_t pid;
	const char *comm;
	uint64_t rss;
	uint32_t flags;
	int32_t adj;
	uint64_t swap;
	uint64_t page_tables;
	bool unknown;
};

struct rank_case {
	const char *name;
	struct person people[5];
	uint32_t tried[3];
	uint32_t expected[5]; /* pids in order */
	enum outcome_tier tiers[5];
	uint32_t eligible;
};

static const struct rank_case cases[] = {
	{ .name = "more memory goes first",
	  .people = { { .pid = 10, .rss = 1 * MIB },
		      { .pid = 11, .rss = 3 * MIB },
		      { .pid = 12, .rss = 2 * MIB } },
	  .expected = { 11, 12, 10 },
	  .tiers = { OUTCOME_TIER_FIRST, OUTCOME_TIER_MEMORY, OUTCOME_TIER_MEMORY },
	  .eligible = 3 },
	{ .name = "swap and page tables are memory",
	  .people = { { .pid = 10, .rss = 2 * MIB },
		      { .pid = 11, .rss = MIB, .swap = MIB, .page_tables = 1 } },
	  .expected = { 11, 10 },
	  .tiers = { OUTCOME_TIER_FIRST, OUTCOME_TIER_MEMORY },
	  .eligible = 2 },
	{ .name = "same memory: the higher pid",
	  .people = { { .pid = 10, .rss = MIB },
		      { .pid = 12, .rss = MIB },
		      { .pid = 11, .rss = MIB } },
	  .expected = { 12, 11, 10 },
	  .tiers = { OUTCOME_TIER_FIRST, OUTCOME_TIER_PID, OUTCOME_TIER_PID },
	  .eligible = 3 },
	{ .name = "kernel threads, the dying and our own are never chosen",
	  .people = { { .pid = 10, .rss = 9 * MIB, .flags = FACT_KERNEL_THREAD },
		      { .pid = 11, .rss = 8 * MIB, .flags = FACT_DYING },
		      { .pid = 12, .rss = 7 * MIB, .flags = FACT_OURS },
		      { .pid = 13, .rss = MIB } },
	  .expected = { 13, 10, 11, 12 },
	  .tiers = { OUTCOME_TIER_FIRST, OUTCOME_TIER_NEVER_KERNEL_THREAD, OUTCOME_TIER_NEVER_DYING,
		     OUTCOME_TIER_NEVER_OURS },
	  .eligible = 1 },
	{ .name = "host pid 1 is never chosen",
	  .people = { { .pid = 1, .rss = 9 * MIB }, { .pid = 13, .rss = MIB } },
	  .expected = { 13, 1 },
	  .tiers = { OUTCOME_TIER_FIRST, OUTCOME_TIER_NEVER_INIT },
	  .eligible = 1 },
	{ .name = "-1000 is obeyed, -999 is not",
	  .people = { { .pid = 10, .rss = 9 * MIB, .adj = -1000 },
		      { .pid = 11, .rss = MIB, .adj = -999 } },
	  .expected = { 11, 10 },
	  .tiers = { OUTCOME_TIER_FIRST, OUTCOME_TIER_NEVER_ADJ },
	  .eligible = 1 },
	{ .name = "container shims",
	  .people = { { .pid = 10, .rss = 9 * MIB, .comm = "containerd-shim" },
		      { .pid = 11, .rss = 8 * MIB, .comm = "pause" },
		      { .pid = 12, .rss = 20 * MIB, .comm = "pauser" },
		      { .pid = 13, .rss = 6 * MIB, .comm = "conmon" } },
	  .expected = { 12, 10, 11, 13 },
	  .tiers = { OUTCOME_TIER_FIRST, OUTCOME_TIER_NEVER_SHIM, OUTCOME_TIER_NEVER_SHIM,
		     OUTCOME_TIER_NEVER_SHIM },
	  .eligible = 1 },
	{ .name = "a hog in a shim's name is a hog",
	  .people = { { .pid = 10, .rss = 9 * MIB, .comm = "pause" }, { .pid = 11, .rss = MIB } },
	  .expected = { 10, 11 },
	  .tiers = { OUTCOME_TIER_FIRST, OUTCOME_TIER_MEMORY },
	  .eligible = 2 },
	{ .name = "tried before goes behind",
	  .people = { { .pid = 10, .rss = 9 * MIB }, { .pid = 11, .rss = MIB } },
	  .tried = { 10 },
	  .expected = { 11, 10 },
	  .tiers = { OUTCOME_TIER_FIRST, OUTCOME_TIER_TRIED },
	  .eligible = 1 },
	{ .name = "a member without facts may be anybody",
	  .people = { { .pid = 99, .unknown = true }, { .pid = 11, .rss = 4096 } },
	  .expected = { 11, 99 },
	  .tiers = { OUTCOME_TIER_FIRST, OUTCOME_TIER_UNKNOWN },
	  .eligible = 1 },
	{ .name = "nobody to choose",
	  .people = { { .pid = 10, .rss = 9 * MIB, .adj = -1000 } },
	  .expected = { 10 },
	  .tiers = { OUTCOME_TIER_NEVER_ADJ },
	  .eligible = 0 },
	{ .name = "an empty group", .eligible = 0 },
};

static struct snapshot snapshot;

static struct candidate candidate_of(const struct person *person, uint32_t index)
{
	struct candidate candidate = {
		.index = person->unknown ? SNAPSHOT_UNKNOWN : index,
		.generation = 1,
		.flags = person->flags,
		.who = { .pid = person->pid,
			 .oom_score_adj = person->adj,
			 .rss = person->rss,
			 .swap = person->swap,
			 .page_tables = person->page_tables },
	};

	if (person->comm)
		memcpy(candidate.who.comm, person->comm, strlen(person->comm));
	return candidate;
}

START_TEST(ranks_as_the_table_says)
{
	const struct rank_case *row = &cases[_i];
	struct policy_tried tried = { .pids = row->tried, .count = row->tried[0] ? 1 : 0 };
	struct ranking ranking;

	snapshot.count = 0;
	for (uint32_t i = 0; i < 5 && row->people[i].pid; i++)
		snapshot.list[snapshot.count++] = candidate_of(&row->people[i], i);
	policy_rank(&snapshot, tried, &ranking);
	ck_assert_msg(ranking.total == snapshot.count && ranking.listed == snapshot.count, "%s",
		      row->name);
	ck_assert_msg(ranking.eligible == row->eligible, "%s: %u eligible", row->name,
		      ranking.eligible);
	for (uint32_t i = 0; i < ranking.listed; i++) {
		ck_assert_msg(ranking.list[i].pid == row->expected[i], "%s: place %u is %u",
			      row->name, i, ranking.list[i].pid);
		ck_assert_msg(ranking.list[i].tier == row->tiers[i], "%s: place %u by tier %u",
			      row->name, i, ranking.list[i].tier);
	}
	ck_assert_msg(!ranking.first == !row->eligible, "%s", row->name);
	if (ranking.first)
		ck_assert_uint_eq(ranking.first->who.pid, row->expected[0]);
}
END_TEST

/* Few different values, so that every tie-break is reached. */
static struct candidate random_candidate(uint32_t pid)
{
	static const int32_t adjs[] = { 0, 0, 0, -1000, 1000 };
	const struct person person = {
		.pid = pid,
		.rss = (uint64_t)(rand() % 4) * MIB,
		.swap = (uint64_t)(rand() % 2) * MIB,
		.flags = rand() % 8 ? 0 : 1U << (rand() % 4),
		.adj = adjs[rand() % 5],
		.unknown = rand() % 6 == 0,
		.comm = rand() % 10 ? "work" : "runc",
	};

	return candidate_of(&person, pid);
}

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

START_TEST(order_is_total_and_transitive)
{
	static struct candidate people[RANDOM_CANDIDATES];
	const uint32_t tried_pids[] = { 3, 7, 11 };
	const struct policy_context context = {
		.tried = { .pids = tried_pids, .count = 3 },
		.shim_limit = { .count = 2 * MIB },
	};
	enum outcome_tier tier;

	srand((unsigned int)_i);
	for (uint32_t i = 0; i < RANDOM_CANDIDATES; i++)
		people[i] = random_candidate(i + 1);
	for (int a = 0; a < RANDOM_CANDIDATES; a++)
		for (int b = 0; b < RANDOM_CANDIDATES; b++) {
			int ab = policy_compare(&people[a], &people[b], &context, &tier);

			ck_assert_int_eq(sign(ab), -sign(policy_compare(&people[b], &people[a],
									&context, &tier)));
			ck_assert((ab == 0) == (a == b));
			for (int c = 0; c < RANDOM_CANDIDATES; c++)
				if (ab < 0 &&
				    policy_compare(&people[b], &people[c], &context, &tier) < 0)
					ck_assert_int_lt(policy_compare(&people[a], &people[c],
									&context, &tier),
							 0);
		}
}
END_TEST

START_TEST(order_of_input_does_not_matter)
{
	const struct policy_tried tried = { .count = 0 };
	struct ranking first, second;

	srand((unsigned int)_i + 1000);
	snapshot.count = RANDOM_CANDIDATES;
	for (uint32_t i = 0; i < snapshot.count; i++)
		snapshot.list[i] = random_candidate(i + 1);
	policy_rank(&snapshot, tried, &first);
	for (uint32_t i = snapshot.count - 1; i > 0; i--) {
		uint32_t other = (uint32_t)rand() % (i + 1);
		struct candidate swap = snapshot.list[i];

		snapshot.list[i] = snapshot.list[other];
		snapshot.list[other] = swap;
	}
	policy_rank(&snapshot, tried, &second);
	ck_assert_uint_eq(first.listed, OUTCOME_CANDIDATES);
	ck_assert_uint_eq(first.eligible, second.eligible);
	ck_assert_mem_eq(first.list, second.list, sizeof(first.list));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("policy");
	TCase *table = tcase_create("table"), *properties = tcase_create("properties");

	tcase_add_loop_test(table, ranks_as_the_table_says, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_loop_test(properties, order_is_total_and_transitive, 0, 20);
	tcase_add_loop_test(properties, order_of_input_does_not_matter, 0, RANDOM_ROUNDS);
	suite_add_tcase(suite, table);
	suite_add_tcase(suite, properties);
	return unit_run(suite);
}
