/*
 * What the rules say of one process: each kind from both sides, the numbering of the lists, what happens
 * without details, hostile names, and many patterns side by side, which must answer as each alone would.
 *
 * Links: daemon/ranking/verdict.c, bundle.c, pattern.c, compile.c.
 */
#include <stdbool.h>
#include <time.h>

#include "ranking/bundle.h"
#include "ranking/compile.h"
#include "ranking/verdict.h"
#include "unit/random.h"
#include "unit/unit.h"

#define PROCESSES 8192
#define TIME_LIMIT_MSEC 2000 /* generous: sanitizers, and a machine that does other things */

static struct policy_rules rules;
static const char no_path[ROSTER_PATH_SIZE];

static struct policy_rule *rule_add(enum rule_list list, enum rule_kind kind)
{
	struct policy_rule *rule = &rules.rule[rules.count++];

	ck_assert_uint_le(rules.count, POLICY_RULES);
	*rule = (struct policy_rule){ .list = list, .kind = kind };
	return rule;
}

static void rule_name(enum rule_list list, enum rule_kind kind, const char *text)
{
	const char *reason = "";

	ck_assert_msg(compile_pattern(text, kind == RULE_CGROUP ? COMPILE_PATH : COMPILE_NAME,
				      &rule_add(list, kind)->pattern, &reason) == 0,
		      "%s: %s", text, reason);
}

static void rule_range(enum rule_list list, enum rule_kind kind, int64_t first, int64_t last)
{
	struct policy_rule *rule = rule_add(list, kind);

	rule->first = first;
	rule->last = last;
}

static struct fact known_fact(void)
{
	return (struct fact){
		.generation = 3,
		.pid = 77,
		.uid = 1000,
		.oom_score_adj = -5,
		.flags = FACT_DETAILS | FACT_CMDLINE,
		.comm = "java",
		.exe = "openjdk",
		.cmdline = "java -jar /srv/app.jar",
	};
}

struct kind_case {
	enum rule_kind kind;
	const char *pattern; /* NULL: a range */
	int64_t first, last;
	bool match;
};

static const struct kind_case kind_cases[] = {
	{ RULE_COMM, "jav?", .match = true },
	{ RULE_COMM, "openjdk", .match = false },
	{ RULE_EXE, "openjdk", .match = true },
	{ RULE_EXE, "java", .match = false },
	{ RULE_CMDLINE, "*-jar */app.jar", .match = true },
	{ RULE_CMDLINE, "java", .match = false },
	{ RULE_CGROUP, "/web/*", .match = true },
	{ RULE_CGROUP, "/*", .match = false },
	{ RULE_CGROUP, "/web?shop", .match = false },
	{ RULE_CGROUP, "/web/sho?", .match = true },
	{ RULE_CGROUP, "**", .match = true },
	{ RULE_UID, .first = 1000, .last = 1000, .match = true },
	{ RULE_UID, .first = 0, .last = 999, .match = false },
	{ RULE_UID, .first = 1001, .last = UINT32_MAX, .match = false },
	{ RULE_UID, .first = 0, .last = UINT32_MAX, .match = true },
	{ RULE_ADJ, .first = -5, .last = 1000, .match = true },
	{ RULE_ADJ, .first = -1000, .last = -5, .match = true },
	{ RULE_ADJ, .first = -1000, .last = -6, .match = false },
	{ RULE_ADJ, .first = -4, .last = 1000, .match = false },
	{ RULE_KIND_COUNT, .first = INT64_MIN, .last = INT64_MAX, .match = false },
};

START_TEST(each_kind_looks_at_its_own)
{
	const struct kind_case *row = &kind_cases[_i];
	static const char path[ROSTER_PATH_SIZE] = "/web/shop";
	struct fact fact = known_fact();

	for (uint32_t list = 0; list < RULE_LIST_COUNT; list++) {
		struct verdict verdict;

		rules = (struct policy_rules){ .count = 0 };
		if (row->pattern)
			rule_name(list, row->kind, row->pattern);
		else
			rule_range(list, row->kind, row->first, row->last);
		verdict = verdict_of(&rules, &fact, path);
		for (uint32_t other = 0; other < RULE_LIST_COUNT; other++)
			ck_assert_uint_eq(verdict.rule[other], row->match && other == list);
		ck_assert_uint_eq(verdict.doubt, 0);
	}
}
END_TEST

START_TEST(first_rule_of_each_list_counts)
{
	struct fact fact = known_fact();
	struct verdict verdict;

	rule_name(RULE_PREFER, RULE_COMM, "node");
	rule_name(RULE_AVOID, RULE_EXE, "openjdk");
	rule_name(RULE_PREFER, RULE_COMM, "java");
	rule_range(RULE_PREFER, RULE_UID, 1000, 1000);
	rule_name(RULE_SHIM, RULE_COMM, "conmon");
	rule_range(RULE_AVOID, RULE_ADJ, -1000, 1000);
	rule_name(RULE_SHIM, RULE_CMDLINE, "java*");
	rules.rule[rules.count++].list = UINT32_MAX; /* torn */
	verdict = verdict_of(&rules, &fact, no_path);
	ck_assert_uint_eq(verdict.rule[RULE_PREFER], 2);
	ck_assert_uint_eq(verdict.rule[RULE_AVOID], 1);
	ck_assert_uint_eq(verdict.rule[RULE_PROTECT], 0);
	ck_assert_uint_eq(verdict.rule[RULE_SHIM], 2);
	rules.count = UINT32_MAX; /* no rule behind the table is looked at */
	ck_assert_uint_eq(verdict_of(&rules, &fact, no_path).rule[RULE_PREFER], 2);
}
END_TEST

START_TEST(without_details_neither_exe_nor_cmdline)
{
	struct fact fact = known_fact();
	struct verdict verdict;

	rule_name(RULE_PREFER, RULE_EXE, "*");
	rule_name(RULE_PREFER, RULE_CMDLINE, "*");
	rule_name(RULE_AVOID, RULE_COMM, "java");
	fact.flags = FACT_DETAILS_REFUSED;
	verdict = verdict_of(&rules, &fact, no_path);
	ck_assert_uint_eq(verdict.rule[RULE_PREFER], 0);
	ck_assert_uint_eq(verdict.rule[RULE_AVOID], 1);
	ck_assert_uint_eq(verdict.doubt, 0);
}
END_TEST

/* As the kernel tells of a process that the sampler has not met yet, and the other way round. */
START_TEST(exe_and_cmdline_are_known_each_for_itself)
{
	struct fact fact = known_fact();
	struct verdict verdict;

	rule_name(RULE_PREFER, RULE_EXE, "openjdk");
	rule_name(RULE_AVOID, RULE_CMDLINE, "java*");
	rule_name(RULE_PROTECT, RULE_EXE, "postgres");
	rule_name(RULE_PROTECT, RULE_CMDLINE, "*postmaster*");
	fact.flags = FACT_DETAILS;
	verdict = verdict_of(&rules, &fact, no_path);
	ck_assert_uint_eq(verdict.rule[RULE_PREFER], 1);
	ck_assert_uint_eq(verdict.rule[RULE_AVOID], 0);
	ck_assert_uint_eq(verdict.doubt, 2);
	fact.flags = FACT_CMDLINE;
	verdict = verdict_of(&rules, &fact, no_path);
	ck_assert_uint_eq(verdict.rule[RULE_PREFER], 0);
	ck_assert_uint_eq(verdict.rule[RULE_AVOID], 1);
	ck_assert_uint_eq(verdict.doubt, 1);
}
END_TEST

START_TEST(protection_that_cannot_be_asked_is_doubt)
{
	struct fact fact = known_fact();

	rule_name(RULE_PROTECT, RULE_COMM, "postgres");
	rule_name(RULE_PROTECT, RULE_CMDLINE, "*postmaster*");
	rule_name(RULE_PROTECT, RULE_EXE, "postgres");
	ck_assert_uint_eq(verdict_of(&rules, &fact, no_path).doubt, 0);
	fact.flags = 0;
	ck_assert_uint_eq(verdict_of(&rules, &fact, no_path).doubt, 2);
	ck_assert_uint_eq(verdict_of(&rules, &fact, no_path).rule[RULE_PROTECT], 0);
	memcpy(fact.comm, "postgres", sizeof("postgres"));
	ck_assert_uint_eq(verdict_of(&rules, &fact, no_path).doubt, 0);
	ck_assert_uint_eq(verdict_of(&rules, &fact, no_path).rule[RULE_PROTECT], 1);
}
END_TEST

START_TEST(a_path_that_is_not_known_is_no_path)
{
	static const char path[ROSTER_PATH_SIZE] = "/web";
	struct fact fact = known_fact();

	rule_name(RULE_AVOID, RULE_CGROUP, "**");
	ck_assert_uint_eq(verdict_of(&rules, &fact, no_path).rule[RULE_AVOID], 0);
	ck_assert_uint_eq(verdict_of(&rules, &fact, no_path).doubt, 0);
	rule_name(RULE_PROTECT, RULE_CGROUP, "/db");
	ck_assert_uint_eq(verdict_of(&rules, &fact, no_path).doubt, 1);
	ck_assert_uint_eq(verdict_of(&rules, &fact, path).doubt, 0);
}
END_TEST

/* A name may fill its field to the last byte, and what follows in memory is not part of it. */
START_TEST(names_without_a_nul_end_with_their_field)
{
	struct fact fact = known_fact();

	memset(fact.comm, 'a', sizeof(fact.comm));
	memset(fact.exe, 'a', sizeof(fact.exe));
	memset(fact.cmdline, '\x80', sizeof(fact.cmdline));
	rule_name(RULE_PREFER, RULE_COMM, "????????????????");
	rule_name(RULE_AVOID, RULE_EXE, "????????????????????????????????");
	rule_name(RULE_PROTECT, RULE_CMDLINE, "*\\x80");
	ck_assert_uint_eq(verdict_of(&rules, &fact, no_path).rule[RULE_PREFER], 1);
	ck_assert_uint_eq(verdict_of(&rules, &fact, no_path).rule[RULE_AVOID], 1);
	ck_assert_uint_eq(verdict_of(&rules, &fact, no_path).rule[RULE_PROTECT], 1);
}
END_TEST

START_TEST(names_that_look_like_rules_are_names)
{
	static const char *const names[] = { "foo) Z ", "*",	     "a\nuid:0",
					     "\\*",	"comm:java", "\x1b[2J" };
	struct fact fact = known_fact();

	rule_name(RULE_PREFER, RULE_COMM, "java*");
	rule_name(RULE_AVOID, RULE_COMM, "\\*");
	for (int i = 0; i < UNIT_COUNT(names); i++) {
		struct verdict verdict;

		memset(fact.comm, 0, sizeof(fact.comm));
		memcpy(fact.comm, names[i], strlen(names[i]));
		verdict = verdict_of(&rules, &fact, no_path);
		ck_assert_uint_eq(verdict.rule[RULE_PREFER], 0);
		ck_assert_uint_eq(verdict.rule[RULE_AVOID], i == 1);
	}
}
END_TEST

START_TEST(candidate_says_what_the_fact_says)
{
	struct fact fact = known_fact();
	struct candidate candidate;

	fact = (struct fact){ .generation = 9,
			      .pid = 7,
			      .slot = 4,
			      .uid = 5,
			      .oom_score_adj = 6,
			      .flags = FACT_DETAILS | FACT_ASLEEP,
			      .mm = 3,
			      .start_nsec = 11,
			      .comm = "c",
			      .exe = "e",
			      .vm_size = 1000,
			      .anon = 1,
			      .file = 20,
			      .shmem = 300,
			      .swap = 12,
			      .page_tables = 13 };
	rule_range(RULE_AVOID, RULE_UID, 5, 5);
	candidate = candidate_of(&rules, &fact, 42, 99, no_path);
	ck_assert(candidate.index == 42 && candidate.generation == 9 && candidate.slot == 4 &&
		  !candidate.unknown);
	ck_assert(candidate.mm == 3 && candidate.verdict.rule[RULE_AVOID] == 1);
	ck_assert(candidate.who.pid == 7 && candidate.who.uid == 5 &&
		  candidate.who.oom_score_adj == 6 && candidate.who.inode == 99 &&
		  candidate.who.flags == (FACT_DETAILS | FACT_ASLEEP) &&
		  candidate.who.start_nsec == 11 && candidate.who.vm_size == 1000);
	ck_assert(candidate.who.rss == 321 && candidate.who.file == 20 &&
		  candidate.who.shmem == 300 && candidate.who.swap == 12 &&
		  candidate.who.page_tables == 13);
	ck_assert_uint_eq(candidate_memory(&candidate).count, 321 + 12 + 13);
	ck_assert_str_eq(candidate.who.comm, "c");
	ck_assert_str_eq(candidate.who.exe, "e");

	fact.flags = 0;
	candidate = candidate_of(&rules, &fact, 42, 99, no_path);
	ck_assert(candidate.mm == 0 && candidate.who.exe[0] == '\0');
	candidate = candidate_unknown(8);
	ck_assert(candidate.unknown && candidate.index == CANDIDATE_NO_SEAT &&
		  candidate.who.pid == 8 && candidate.who.uid == UINT32_MAX);
}
END_TEST

static void random_pattern(char text[static 80])
{
	uint32_t length = 1 + random_below(random_below(4) ? 8 : 30);

	text[0] = '\0';
	for (uint32_t i = 0; i < length; i++)
		strcat(text, (const char *[]){ "a", "b", "/", "?", "*" }[random_below(5)]);
}

/* One by one is the reference; patterns of every length, so that bundles end at every state. */
START_TEST(side_by_side_is_as_one_by_one)
{
	random_start(_i);
	for (int round = 0; round < 500; round++) {
		struct fact fact = { .flags = FACT_CMDLINE };
		uint8_t expected = 0;

		rules = (struct policy_rules){ .count = 0 };
		for (uint32_t i = 0, end = random_below(POLICY_RULES + 1); i < end; i++) {
			char text[80];

			random_pattern(text);
			rule_name(RULE_PREFER, RULE_CMDLINE, text);
		}
		for (uint32_t i = 0, end = random_below(12); i < end; i++)
			fact.cmdline[i] = "ab/"[random_below(3)];
		for (uint32_t i = 0; i < rules.count && !expected; i++)
			if (pattern_match(&rules.rule[i].pattern, fact.cmdline,
					  sizeof(fact.cmdline)))
				expected = (uint8_t)(i + 1);
		ck_assert_uint_eq(verdict_of(&rules, &fact, no_path).rule[RULE_PREFER], expected);
	}
}
END_TEST

START_TEST(a_bundle_takes_what_fits)
{
	struct bundle bundle = { .states = 0 };
	struct pattern longest, shortest, nothing = { .accept = 0 };
	const char *reason = "";
	char text[PATTERN_TOKENS + 1] = "";

	memset(text, 'a', PATTERN_TOKENS);
	ck_assert_int_eq(compile_pattern(text, COMPILE_NAME, &longest, &reason), 0);
	ck_assert_int_eq(compile_pattern("*", COMPILE_NAME, &shortest, &reason), 0);
	ck_assert(bundle_add(&bundle, &longest, 31));
	ck_assert(!bundle_add(&bundle, &shortest, 0));
	ck_assert(bundle_add(&bundle, &nothing, 0));
	ck_assert_uint_eq(bundle_match(&bundle, (struct subject){ text, sizeof(text) }), 1U << 31);
	bundle = (struct bundle){ .states = 0 };
	for (uint8_t i = 0; i < 32; i++)
		ck_assert(bundle_add(&bundle, &shortest, i));
	ck_assert_uint_eq(bundle_match(&bundle, (struct subject){ "", 0 }), UINT32_MAX);
}
END_TEST

static uint64_t cpu_msec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The measurement that bundle.h cites: the best of some runs, as other work can only add. */
START_TEST(thousands_are_judged_in_time)
{
	static struct fact fact = { .flags = FACT_CMDLINE };
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < POLICY_RULES; i++) {
		char text[32];

		snprintf(text, sizeof(text), "*aworker-%c-%02d*", 'a' + i % 26, i);
		rule_name((enum rule_list)(i % RULE_LIST_COUNT), RULE_CMDLINE, text);
	}
	memset(fact.cmdline, 'a', sizeof(fact.cmdline) - 1);
	for (int run = 0; run < 5; run++) {
		uint64_t began = cpu_msec(), took;
		uint32_t named = 0;

		for (int i = 0; i < PROCESSES; i++)
			named += verdict_of(&rules, &fact, no_path).rule[RULE_AVOID];
		took = cpu_msec() - began;
		best = took < best ? took : best;
		ck_assert_uint_eq(named, 0);
	}
	printf("%d processes, %d rules: %llu ms\n", PROCESSES, POLICY_RULES,
	       (unsigned long long)best);
	ck_assert_uint_lt(best, TIME_LIMIT_MSEC);
}
END_TEST

static void forget_rules(void)
{
	rules = (struct policy_rules){ .count = 0 };
}

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("verdict", &tests);

	random_announce();
	tcase_add_checked_fixture(tests, forget_rules, NULL);
	tcase_add_loop_test(tests, each_kind_looks_at_its_own, 0, UNIT_COUNT(kind_cases));
	tcase_add_test(tests, first_rule_of_each_list_counts);
	tcase_add_test(tests, without_details_neither_exe_nor_cmdline);
	tcase_add_test(tests, exe_and_cmdline_are_known_each_for_itself);
	tcase_add_test(tests, protection_that_cannot_be_asked_is_doubt);
	tcase_add_test(tests, a_path_that_is_not_known_is_no_path);
	tcase_add_test(tests, names_without_a_nul_end_with_their_field);
	tcase_add_test(tests, names_that_look_like_rules_are_names);
	tcase_add_test(tests, candidate_says_what_the_fact_says);
	tcase_add_loop_test(tests, side_by_side_is_as_one_by_one, 0, 8);
	tcase_add_test(tests, a_bundle_takes_what_fits);
	tcase_add_test(tests, thousands_are_judged_in_time);
	return unit_run(suite);
}
