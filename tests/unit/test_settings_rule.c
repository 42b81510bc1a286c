/*
 * Rules about victims: what each word becomes, which are refused, how they are written down again, and
 * which two of them evidently name one process.
 */
#include <stdbool.h>

#include "ranking/pattern.h"
#include "settings/rule.h"
#include "unit/unit.h"

static struct policy_rules rules;
static struct rule_sources sources;
static struct problems problems;

static void clean(void)
{
	rule_sources_done(&sources);
	problems_done(&problems);
	rules = (struct policy_rules){ 0 };
}

static void append(enum rule_list list, const char *text)
{
	const struct problem_site site = { .problems = &problems, .file = "x", .line = 7 };

	rules_append(&rules, &sources, list, text, &site);
}

struct rule_case {
	const char *word;
	enum rule_kind kind;
	const char *text; /* as written down; NULL: as @word */
	const char *takes; /* a name that fits, NULL for a range */
	const char *leaves; /* one that does not */
};

static const struct rule_case rule_cases[] = {
	{ "comm:java*", RULE_COMM, NULL, "java-1", "jav" },
	{ "comm:a?c", RULE_COMM, NULL, "a/c", "ac" },
	{ "comm:\\*\\?", RULE_COMM, NULL, "*?", "ab" },
	{ "comm:containerd-shim*", RULE_COMM, NULL, "containerd-shim", "containerd-shi" },
	{ "exe:node", RULE_EXE, NULL, "node", "nodejs" },
	{ "cmdline:a\\ b", RULE_CMDLINE, NULL, "a b", "a\\ b" },
	{ "cmdline:/usr/*", RULE_CMDLINE, NULL, "/usr/bin/x y", "usr/" },
	{ "cgroup:/a/*", RULE_CGROUP, NULL, "/a/b", "/a/b/c" },
	{ "cgroup:**/c", RULE_CGROUP, NULL, "/a/b/c", "/c/d" },
	{ "comm:na\xc3\xafve", RULE_COMM, "comm:na\\xc3\\xafve", "na\xc3\xafve", "naive" },
	{ "comm:\\\xc3\xa9", RULE_COMM, "comm:\\xc3\\xa9", "\xc3\xa9", "e" },
	{ "comm:a:b", RULE_COMM, NULL, "a:b", "b" },
};

START_TEST(test_pattern)
{
	const struct rule_case *row = &rule_cases[_i];
	const struct policy_rule *rule = &rules.rule[0];

	append(RULE_AVOID, row->word);
	ck_assert_uint_eq(problems.count, 0);
	ck_assert_uint_eq(rules.count, 1);
	ck_assert(rule->list == RULE_AVOID && rule->kind == row->kind);
	ck_assert_str_eq(rule->text, row->text ? row->text : row->word);
	ck_assert(pattern_match(&rule->pattern, row->takes, strlen(row->takes)));
	ck_assert(!pattern_match(&rule->pattern, row->leaves, strlen(row->leaves)));
	ck_assert_uint_eq(sources.list[0].line, 7);
	/* What is written down means the same. */
	append(RULE_AVOID, rule->text);
	ck_assert_mem_eq(&rules.rule[1], &rules.rule[0], sizeof(rules.rule[0]));
	clean();
}
END_TEST

struct range_case {
	const char *word;
	enum rule_kind kind;
	int64_t first;
	int64_t last;
};

static const struct range_case range_cases[] = {
	{ "uid:0", RULE_UID, 0, 0 },
	{ "uid:1000..1999", RULE_UID, 1000, 1999 },
	{ "uid:4294967294", RULE_UID, 4294967294, 4294967294 },
	{ "oom-score-adj:-1000", RULE_ADJ, -1000, -1000 },
	{ "oom-score-adj:-5..5", RULE_ADJ, -5, 5 },
	{ "oom-score-adj:-5..-1", RULE_ADJ, -5, -1 },
};

START_TEST(test_range)
{
	const struct range_case *row = &range_cases[_i];

	append(RULE_PROTECT, row->word);
	ck_assert_uint_eq(problems.count, 0);
	ck_assert_uint_eq(rules.rule[0].kind, row->kind);
	ck_assert_int_eq(rules.rule[0].first, row->first);
	ck_assert_int_eq(rules.rule[0].last, row->last);
	ck_assert_str_eq(rules.rule[0].text, row->word);
	clean();
}
END_TEST

static const char *const bad_words[] = {
	"java",
	"comm",
	"name:x",
	"Comm:x",
	":x",
	"comm:",
	"comm:\\",
	"comm:\\q",
	"comm:1234567890123456",
	"exe:",
	"exe:/bin/sh",
	"cgroup:a",
	"cgroup:*",
	"cgroup:/a/",
	"uid:",
	"uid:root",
	"uid:-1",
	"uid:4294967295",
	"uid:2..1",
	"uid:1..",
	"uid:..1",
	"uid:1-2",
	"uid:1..2..3",
	"uid:+1",
	"uid:0x1",
	"uid:1\\ ",
	"oom-score-adj:",
	"oom-score-adj:-",
	"oom-score-adj:1001",
	"uid:1...2",
	"comm:\\x00",
	"oom-score-adj:--1",
	"oom-score-adj:-1001",
};

START_TEST(test_refused)
{
	append(RULE_PREFER, bad_words[_i]);
	ck_assert_uint_eq(rules.count, 0);
	ck_assert_uint_eq(problems.errors, 1);
	ck_assert_uint_eq(problems.list[0].line, 7);
	ck_assert_ptr_nonnull(strstr(problems.list[0].text, "in Prefer="));
	ck_assert_ptr_nonnull(strstr(problems.list[0].text, "expected "));
	clean();
}
END_TEST

/* 63 characters behind `cmdline:` fill the text; the star behind them is lost, of the text alone. */
START_TEST(test_text_is_cut)
{
	char word[200] = "cmdline:", name[100];

	memset(name, 'x', sizeof(name));
	snprintf(word, sizeof(word), "cmdline:%.63s*", name);
	append(RULE_PREFER, word);
	ck_assert_uint_eq(strlen(rules.rule[0].text), RULE_TEXT_SIZE - 1);
	ck_assert(pattern_match(&rules.rule[0].pattern, name, 99));
	strcpy(word, "cmdline:");
	for (int i = 0; i < 30; i++)
		strcat(word, "\\xff");
	append(RULE_PREFER, word);
	ck_assert_str_eq(rules.rule[1].text + strlen(rules.rule[1].text) - 4, "\\xff");
	clean();
}
END_TEST

/* Too many is said once; what came before stays. */
START_TEST(test_number)
{
	for (int i = 0; i < POLICY_RULES + _i; i++)
		append(i % 2 ? RULE_SHIM : RULE_AVOID, i % 2 ? "pause" : "uid:1");
	ck_assert_uint_eq(rules.count, POLICY_RULES);
	ck_assert_uint_eq(problems.errors, _i ? 1 : 0);
	if (_i)
		ck_assert_ptr_nonnull(strstr(problems.list[0].text, "at most 32 in all"));
	clean();
}
END_TEST

START_TEST(test_words_of_a_line)
{
	append(RULE_SHIM, "  conmon\tcontainerd-shim*  pause\\ x ");
	ck_assert_uint_eq(rules.count, 3);
	ck_assert_str_eq(rules.rule[2].text, "pause\\ x");
	ck_assert_uint_eq(rules.rule[2].kind, RULE_COMM);
	append(RULE_PREFER, "uid:x uid:1 y");
	ck_assert_uint_eq(rules.count, 4);
	ck_assert_uint_eq(problems.errors, 2);
	clean();
}
END_TEST

struct overlap_case {
	const char *left;
	const char *right;
	bool overlap;
};

static const struct overlap_case overlap_cases[] = {
	{ "comm:a", "comm:a", true },
	{ "comm:a", "comm:b", false },
	{ "comm:a", "exe:a", false },
	{ "comm:a*", "comm:ab", true },
	{ "comm:ab", "comm:*", true },
	{ "comm:a*", "comm:a*", true },
	{ "comm:a*", "comm:a?", false }, /* not evident */
	{ "comm:a*", "comm:*b", false },
	{ "comm:\\*", "comm:?", true },
	{ "comm:\\*", "comm:a*", false },
	{ "comm:\\x61", "comm:a", true },
	{ "cgroup:/a/*", "cgroup:/a/b", true },
	{ "cgroup:/a/*", "cgroup:/a/b/c", false },
	{ "uid:0", "uid:0..5", true },
	{ "uid:0..5", "uid:5..9", true },
	{ "uid:0..5", "uid:6..9", false },
	{ "oom-score-adj:-5..0", "oom-score-adj:-9..-5", true },
	{ "oom-score-adj:0", "uid:0", false },
};

START_TEST(test_overlap)
{
	const struct overlap_case *row = &overlap_cases[_i];

	append(RULE_PREFER, row->left);
	append(RULE_PROTECT, row->right);
	ck_assert_uint_eq(rules.count, 2);
	ck_assert(rules_overlap(&rules, &sources, (const uint32_t[]){ 0, 1 }) == row->overlap);
	ck_assert(rules_overlap(&rules, &sources, (const uint32_t[]){ 1, 0 }) == row->overlap);
	clean();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("settings_rule");
	TCase *tests = tcase_create("rule");

	tcase_add_loop_test(tests, test_pattern, 0, UNIT_COUNT(rule_cases));
	tcase_add_loop_test(tests, test_range, 0, UNIT_COUNT(range_cases));
	tcase_add_loop_test(tests, test_refused, 0, UNIT_COUNT(bad_words));
	tcase_add_test(tests, test_text_is_cut);
	tcase_add_loop_test(tests, test_number, 0, 4);
	tcase_add_test(tests, test_words_of_a_line);
	tcase_add_loop_test(tests, test_overlap, 0, UNIT_COUNT(overlap_cases));
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
