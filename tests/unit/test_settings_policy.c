/*
 * One policy file: steps and what is implied, values and their defaults, hostile names, and that a bad
 * file leaves the caller's policy alone.
 */
#include <errno.h>

#include "settings/policy_file.h"
#include "settings/policy_text.h"
#include "unit/test_settings_files.h"

#define DEADLINE ((struct nsec){ 3 * NSEC_PER_SEC })
#define GOOD "[Match]\nCgroup=/a\n"

struct steps_case {
	const char *text; /* behind [OnOOM] */
	const char *steps; /* as described, each behind a `|` */
};

static const struct steps_case steps_cases[] = {
	{ "", "|kill timeout=1s via=signal|kernel" },
	{ "Step=kernel\n", "|kernel" },
	{ "Step=kill\n", "|kill timeout=1s via=signal|kernel" },
	{ "Step=kill timeout=250ms\nStep=kernel\n", "|kill timeout=250ms via=signal|kernel" },
	{ "Step=raise-limit by=64M\n", "|raise-limit by=64M for=30s|kernel" },
	{ "Step=raise-limit for=1min max=2G by=25%\n",
	  "|raise-limit by=25% max=2G for=1min|kernel" },
	{ "Step=raise-limit\tby=25%  max=200%\n", "|raise-limit by=25% max=200% for=30s|kernel" },
	{ "Step=kill\nStep=kill\nStep=kill\n", "|kill timeout=1s via=signal|kill timeout=1s "
					       "via=signal|kill timeout=1s via=signal|kernel" },
};

static int load(const char *text, struct policy_file *file, struct problems *problems)
{
	return policy_file_load(files_write("50-web.policy", text), DEADLINE, file, problems);
}

static void describe(const struct policy *policy, char *text, size_t size)
{
	char step[POLICY_STEP_TEXT_SIZE];
	size_t used = 0;

	*text = '\0';
	for (uint32_t i = 0; i < policy->step_count; i++)
		used += (size_t)snprintf(text + used, size - used, "|%s",
					 policy_describe_step(&policy->step[i], step,
							      sizeof(step)));
}

START_TEST(test_steps)
{
	char text[600];
	struct problems problems = { 0 };
	struct policy_file file;

	snprintf(text, sizeof(text), GOOD "[OnOOM]\n%s", steps_cases[_i].text);
	ck_assert_int_eq(load(text, &file, &problems), 0);
	describe(&file.policy, text, sizeof(text));
	ck_assert_str_eq(text, steps_cases[_i].steps);
	policy_file_done(&file);
	problems_done(&problems);
}
END_TEST

START_TEST(test_fields)
{
	struct problems problems = { 0 };
	struct policy_file file;
	const struct policy_step *raise;

	ck_assert_int_eq(load("# x\n[Match]\nCgroup=/a\n\nCgroup=/b/**\nForce=yes\n[OnOOM]\n"
			      "Mode=dry-run\nStep=raise-limit by=25%\nDeadline=5s\n",
			      &file, &problems),
			 0);
	ck_assert_str_eq(file.path, files_path("50-web.policy"));
	ck_assert_str_eq(file.policy.name, "50-web");
	ck_assert_uint_eq(file.pattern_count, 2);
	ck_assert_str_eq(file.patterns[1], "/b/**");
	ck_assert_uint_eq(file.lines[0], 3);
	ck_assert_uint_eq(file.lines[1], 5);
	ck_assert(file.force);
	ck_assert_uint_eq(file.policy.mode, POLICY_DRY_RUN);
	ck_assert_uint_eq(file.policy.deadline.count, 5 * NSEC_PER_SEC);
	raise = &file.policy.step[0];
	ck_assert_uint_eq(raise->kind, STEP_RAISE_LIMIT);
	ck_assert(raise->by.percent == 1 && raise->by.value == 25);
	ck_assert(raise->max.percent == 0 && raise->max.value == 0);
	ck_assert_uint_eq(raise->hold_for.count, 30 * NSEC_PER_SEC);
	ck_assert_uint_eq(file.policy.step[1].kind, STEP_KERNEL);
	policy_file_done(&file);
	policy_file_done(&file);
	problems_done(&problems);
}
END_TEST

START_TEST(test_defaults)
{
	struct problems problems = { 0 };
	struct policy_file file;

	ck_assert_int_eq(load(GOOD, &file, &problems), 0);
	ck_assert(!file.force);
	ck_assert_uint_eq(file.policy.mode, POLICY_ENFORCE);
	ck_assert_uint_eq(file.policy.deadline.count, DEADLINE.count);
	policy_file_done(&file);
	problems_done(&problems);
}
END_TEST

struct bad_case {
	const char *text;
	unsigned int line;
	const char *part;
};

static const struct bad_case bad_cases[] = {
	{ "", 0, "names no control group" },
	{ "[OnOOM]\nMode=enforce\n", 0, "names no control group" },
	{ GOOD "Cgroup=b\n", 3, "begin with '/'" },
	{ GOOD "Cgroup=/b\\\n", 3, "backslash" },
	{ GOOD "Cgroup=/b\\ \n", 3, "backslash" },
	{ GOOD "Force=1\n", 3, "expected yes or no" },
	{ GOOD "[OnOOM]\nMode=on\n", 4, "expected enforce, dry-run or ignore" },
	{ GOOD "[OnOOM]\nStep=kernel\nStep=kill\n", 5, "can never run" },
	{ GOOD "[OnOOM]\nStep=kernel\nStep=kernel\n", 5, "can never run" },
	{ GOOD "[OnOOM]\nStep=raise-limit\n", 4, "lacks by=" },
	{ GOOD "[OnOOM]\nStep=kill via=kernel\nStep=kill\n", 5, "behind kill via=kernel" },
	{ GOOD "[OnOOM]\nStep=hook\n", 4, "hook lacks socket=" },
	{ GOOD "[OnOOM]\nStep=terminate signal=9\n", 4, "signal that can be handled" },
	{ GOOD "[OnOOM]\nStep=raise-limit by=2M max=1M\n", 4, "ceiling max= is below by=" },
	{ GOOD "[OnOOM]\nStep=raise-limit by=101%\n", 4, "expected at least max=201%" },
	{ GOOD "[OnOOM]\nStep=raise-limit by=50% max=149%\n", 4, "expected at least max=150%" },
	{ GOOD "[OnOOM]\nKillBudget=33/60s\n", 4, "expected 1 to 32 kills" },
	{ GOOD "[Victim]\nPrefer=java\n", 4, "is no rule, expected one that begins with comm:" },
	{ GOOD "[Victim]\nAvoid=\n", 4, "Avoid= has no value" },
	{ GOOD "[Victim]\nPrefer=comm:a*\nProtect=comm:ab\n", 5, "meets Prefer=comm:a* on line 4" },
	{ GOOD "[Victim]\nProtect=comm:ab\nPrefer=comm:a*\n", 5,
	  "meets Protect=comm:ab on line 4" },
	{ GOOD "[OnOOM]\nStep=terminate grace=3s\nStep=kill\n", 4, "the default Deadline=3s" },
	{ GOOD "[OnOOM]\nStep=freeze\nDeadline=29s\n", 5, "expected at least 30s" },
	{ GOOD "[OnOOM]\nStep=kill timeout=4s\nStep=kill\n", 4, "expected more than 4s" },
	{ GOOD "[OnOOM]\nStep=hook socket=/x\nStep=kill\nDeadline=5s\n", 6,
	  "expected more than 5s" },
	{ GOOD "[OnOOM]\nDeadline=99ms\n", 4, "expected 100ms to 1h" },
	{ GOOD "[OnOOM]\nDeadline=61min\n", 4, "expected 100ms to 1h" },
	{ GOOD "[OnOOM]\nStep=\n", 4, "has no value, expected kill, raise-limit, kernel" },
};

START_TEST(test_bad)
{
	const struct bad_case *row = &bad_cases[_i];
	struct problems problems = { 0 };
	struct policy_file before;
	struct policy_file file;

	memset(&before, 0x5a, sizeof(before));
	memcpy(&file, &before, sizeof(file));
	ck_assert_int_eq(load(row->text, &file, &problems), -EINVAL);
	ck_assert_uint_eq(problems.errors, 1);
	ck_assert_msg(problems_hold(&problems, row->line, row->part), "line %u: %s",
		      problems.list[0].line, problems.list[0].text);
	ck_assert_str_eq(problems.list[0].file, files_path("50-web.policy"));
	ck_assert_mem_eq(&file, &before, sizeof(file));
	problems_done(&problems);
}
END_TEST

START_TEST(test_missing_group_is_listed_with_the_rest)
{
	struct problems problems = { 0 };
	struct policy_file file;

	ck_assert_int_eq(load("[OnOOM]\nMode=on\n", &file, &problems), -EINVAL);
	ck_assert_uint_eq(problems.errors, 2);
	ck_assert(problems_hold(&problems, 0, "names no control group"));
	problems_done(&problems);
}
END_TEST

/* POLICY_STEPS counts the kernel step that is implied. */
START_TEST(test_number_of_steps)
{
	char text[1000] = GOOD "[OnOOM]\nDeadline=1h\n";
	struct problems problems = { 0 };
	struct policy_file file;

	for (int i = 0; i < POLICY_STEPS - 1 + _i; i++)
		strcat(text, "Step=kill\n");
	ck_assert_int_eq(load(text, &file, &problems), _i ? -EINVAL : 0);
	if (_i) {
		ck_assert(problems_hold(&problems, 4 + POLICY_STEPS, "at most 11 before kernel"));
		problems_done(&problems);
		return;
	}
	ck_assert_uint_eq(file.policy.step_count, POLICY_STEPS);
	ck_assert_uint_eq(file.policy.step[POLICY_STEPS - 1].kind, STEP_KERNEL);
	policy_file_done(&file);
	problems_done(&problems);
}
END_TEST

/* Printed and parsed again, a step is the same step. */
START_TEST(test_step_reads_back)
{
	static const char *const texts[] = {
		"kill timeout=10ms via=signal",
		"kill timeout=10min via=kernel",
		"raise-limit by=1% max=101% for=100ms",
		"raise-limit by=64K max=64T for=24h",
		"raise-limit by=4097K for=1500ms",
		"terminate signal=SIGTERM grace=100ms reserve=64K",
		"terminate signal=SIGUSR2 grace=1h reserve=100%",
		"terminate signal=64 grace=2s reserve=64T",
		"kill-group timeout=10ms",
		"freeze for=1h",
		"hook socket=/run/a\\ b\\#\\xff\\\\.sock timeout=100ms",
		"kernel",
	};
	struct problems problems = { 0 };
	const struct problem_site site = { .problems = &problems, .file = "x", .line = 1 };
	struct policy_step step;
	char text[POLICY_STEP_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		ck_assert_int_eq(policy_parse_step(texts[i], &site, &step), 0);
		ck_assert_str_eq(policy_describe_step(&step, text, sizeof(text)), texts[i]);
	}
	ck_assert_uint_eq(problems.count, 0);
	problems_done(&problems);
}
END_TEST

/* As long as the kernel takes it, and as long as it can be said. */
START_TEST(test_longest_step_reads_back)
{
	struct policy_step step = policy_default_step(STEP_HOOK), back;
	struct problems problems = { 0 };
	const struct problem_site site = { .problems = &problems, .file = "x", .line = 1 };
	char text[POLICY_STEP_TEXT_SIZE];

	memset(step.socket, 0xff, sizeof(step.socket) - 1);
	step.socket[0] = '/';
	step.timeout.count = 599999999 * NSEC_PER_USEC;
	policy_describe_step(&step, text, sizeof(text));
	ck_assert_uint_lt(strlen(text), sizeof(text) - 1);
	ck_assert_int_eq(policy_parse_step(text, &site, &back), 0);
	ck_assert_mem_eq(&back, &step, sizeof(step));
}
END_TEST

/* The default texts of the table are not checked where they are used. */
START_TEST(test_default_steps)
{
	ck_assert_uint_eq(policy_default_step(STEP_KILL).timeout.count, NSEC_PER_SEC);
	ck_assert_uint_eq(policy_default_step(STEP_KILL).via, STEP_VIA_SIGNAL);
	ck_assert_uint_eq(policy_default_step(STEP_RAISE_LIMIT).hold_for.count, 30 * NSEC_PER_SEC);
	ck_assert_uint_eq(policy_default_step(STEP_TERMINATE).signal_number, 15);
	ck_assert_uint_eq(policy_default_step(STEP_TERMINATE).grace.count, 2 * NSEC_PER_SEC);
	ck_assert_uint_eq(policy_default_step(STEP_TERMINATE).reserve.value, 16 * BYTES_PER_MIB);
	ck_assert_uint_eq(policy_default_step(STEP_KILL_GROUP).timeout.count, 2 * NSEC_PER_SEC);
	ck_assert_uint_eq(policy_default_step(STEP_FREEZE).hold_for.count, 30 * NSEC_PER_SEC);
	ck_assert_uint_eq(policy_default_step(STEP_HOOK).timeout.count, 5 * NSEC_PER_SEC);
}
END_TEST

struct warning_case {
	const char *text; /* behind GOOD, whose last line is the second */
	unsigned int line; /* 0: no warning is expected */
	const char *part;
};

static const struct warning_case warning_cases[] = {
	{ "[OnOOM]\nStep=kill\n", 0, "" },
	{ "[OnOOM]\nStep=terminate\n", 0, "" },
	{ "[OnOOM]\nStep=kill-group\n", 0, "" },
	{ "[OnOOM]\nStep=kernel\n", 4, "no step of it frees memory" },
	{ "[OnOOM]\nStep=raise-limit by=1M\n", 4, "no step of it frees memory" },
	{ "[OnOOM]\nMode=ignore\n", 0, "" },
	{ "[OnOOM]\nMode=ignore\nStep=kernel\n", 5, "Step= has no effect with Mode=ignore" },
	{ "[Victim]\nPrefer=uid:1\nAvoid=uid:0..1\n", 5, "Avoid=uid:0..1 meets Prefer=uid:1" },
	{ "[Victim]\nAvoid=uid:1\nProtect=uid:1\n", 0, "" },
	{ "[Victim]\nOrder=newest\n[OnOOM]\nStep=kill-group\n", 4, "Order= matters to the" },
	{ "[Victim]\nOrder=newest\nUnit=group\n[OnOOM]\nStep=kill-group\n", 0, "" },
	{ "[Victim]\nOrder=newest\n[OnOOM]\nStep=kill-group\nStep=kill\nDeadline=5s\n", 0, "" },
	{ "[Victim]\nProtect=uid:1\n[OnOOM]\nStep=kill-group\n", 4, "may not complete" },
};

START_TEST(test_warnings)
{
	const struct warning_case *row = &warning_cases[_i];
	struct problems problems = { 0 };
	struct policy_file file;
	char text[300];

	snprintf(text, sizeof(text), GOOD "%s", row->text);
	ck_assert_int_eq(load(text, &file, &problems), 0);
	ck_assert_uint_eq(problems.errors, 0);
	ck_assert_uint_eq(problems.count, row->line ? 1 : 0);
	if (row->line)
		ck_assert_msg(problems_hold(&problems, row->line, row->part), "line %u: %s",
			      problems.list[0].line, problems.list[0].text);
	policy_file_done(&file);
	problems_done(&problems);
}
END_TEST

START_TEST(test_victims)
{
	struct problems problems = { 0 };
	struct policy_file file;

	ck_assert_int_eq(load(GOOD "Children=inherit\n[Victim]\nPrefer=comm:a exe:b\nAvoid=uid:7\n"
				   "Prefer=comm:c\nOrder=oom-score\nUnit=group\nProtectAdj=no\n"
				   "Shims=pause\n[OnOOM]\nOnAllocFailure=steps\nLastResort=kill\n"
				   "KillBudget=5/60s\n",
			      &file, &problems),
			 0);
	ck_assert_uint_eq(file.children, POLICY_CHILDREN_INHERIT);
	ck_assert_uint_eq(file.policy.order, POLICY_ORDER_OOM_SCORE);
	ck_assert_uint_eq(file.policy.unit, POLICY_UNIT_GROUP);
	ck_assert_uint_eq(file.policy.spare_adj, 0);
	ck_assert_uint_eq(file.policy.alloc_failure, POLICY_ALLOC_FAILURE_STEPS);
	ck_assert_uint_eq(file.policy.last_resort, POLICY_LAST_RESORT_KILL);
	ck_assert_uint_eq(file.policy.budget.kills, 5);
	ck_assert_uint_eq(file.policy.budget.window.count, 60 * NSEC_PER_SEC);
	ck_assert_uint_eq(file.rules.count, 5);
	ck_assert_uint_eq(file.rules.rule[3].list, RULE_PREFER);
	ck_assert_str_eq(file.rules.rule[3].text, "comm:c");
	ck_assert_uint_eq(file.rules.rule[4].list, RULE_SHIM);
	policy_file_done(&file);
}
END_TEST

/* The list of the table, unless the file has one, also an empty one. */
START_TEST(test_shims)
{
	static const char *const lines[] = { "", "Shims=\n", "Shims=a\nShims=b c\n" };
	static const uint32_t counts[] = { 5, 0, 3 };
	struct problems problems = { 0 };
	struct policy_file file;
	char text[100];

	snprintf(text, sizeof(text), GOOD "[Victim]\n%s", lines[_i]);
	ck_assert_int_eq(load(text, &file, &problems), 0);
	ck_assert_uint_eq(file.rules.count, counts[_i]);
	for (uint32_t i = 0; i < file.rules.count; i++)
		ck_assert_uint_eq(file.rules.rule[i].list, RULE_SHIM);
	if (_i == 0)
		ck_assert_str_eq(file.rules.rule[0].text, "containerd-shim*");
	policy_file_done(&file);
}
END_TEST

START_TEST(test_number_of_patterns)
{
	size_t count = POLICY_PATTERNS + (size_t)_i;
	char *text = calloc(count + 2, 16);
	struct problems problems = { 0 };
	struct policy_file file;

	strcpy(text, "[Match]\n");
	for (size_t i = 0; i < count; i++)
		strcat(text, "Cgroup=/a\n");
	ck_assert_int_eq(load(text, &file, &problems), _i ? -EINVAL : 0);
	ck_assert_uint_eq(problems.errors, _i ? 1 : 0);
	if (!_i)
		policy_file_done(&file);
	free(text);
	problems_done(&problems);
}
END_TEST

START_TEST(test_describe_is_cut)
{
	const struct policy_step step = policy_default_step(STEP_KILL);
	const struct policy_step foreign = { .kind = 77 };
	char text[8] = "!!!!!!!";

	ck_assert_str_eq(policy_describe_step(&step, text, 5), "kill");
	ck_assert_int_eq(text[5], '!');
	ck_assert_str_eq(policy_describe_step(&foreign, text, sizeof(text)), "?");
	ck_assert_str_eq(policy_describe_mode(POLICY_IGNORE), "ignore");
	ck_assert_str_eq(policy_describe_mode(POLICY_MODE_COUNT), "?");
}
END_TEST

/* A name is escaped and cut at a whole escape: 21 times `\x1b` are 84 bytes, 15 of them fit. */
START_TEST(test_hostile_name)
{
	char name[64] = "";
	struct problems problems = { 0 };
	struct policy_file file;

	for (int i = 0; i < 21; i++)
		strcat(name, "\x1b");
	strcat(name, ".policy");
	files_write(name, GOOD);
	ck_assert_int_eq(policy_file_load(files_path(name), DEADLINE, &file, &problems), 0);
	ck_assert_uint_eq(strlen(file.policy.name), 60);
	ck_assert_str_eq(file.policy.name + 52, "\\x1b\\x1b");
	policy_file_done(&file);
	problems_done(&problems);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("settings_policy");
	TCase *tests = tcase_create("policy");

	tcase_add_checked_fixture(tests, files_setup, files_teardown);
	tcase_add_loop_test(tests, test_steps, 0, sizeof(steps_cases) / sizeof(*steps_cases));
	tcase_add_test(tests, test_fields);
	tcase_add_test(tests, test_defaults);
	tcase_add_loop_test(tests, test_bad, 0, sizeof(bad_cases) / sizeof(*bad_cases));
	tcase_add_test(tests, test_missing_group_is_listed_with_the_rest);
	tcase_add_loop_test(tests, test_number_of_steps, 0, 2);
	tcase_add_test(tests, test_step_reads_back);
	tcase_add_test(tests, test_longest_step_reads_back);
	tcase_add_test(tests, test_default_steps);
	tcase_add_loop_test(tests, test_warnings, 0, UNIT_COUNT(warning_cases));
	tcase_add_test(tests, test_victims);
	tcase_add_loop_test(tests, test_shims, 0, 3);
	tcase_add_loop_test(tests, test_number_of_patterns, 0, 3);
	tcase_add_test(tests, test_describe_is_cut);
	tcase_add_test(tests, test_hostile_name);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
