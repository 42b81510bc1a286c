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
	{ "", "|kill timeout=1s|kernel" },
	{ "Step=kernel\n", "|kernel" },
	{ "Step=kill\n", "|kill timeout=1s|kernel" },
	{ "Step=kill timeout=250ms\nStep=kernel\n", "|kill timeout=250ms|kernel" },
	{ "Step=raise-limit by=64M\n", "|raise-limit by=64M for=30s|kernel" },
	{ "Step=raise-limit for=1min max=2G by=25%\n",
	  "|raise-limit by=25% max=2G for=1min|kernel" },
	{ "Step=raise-limit\tby=25%  max=200%\n", "|raise-limit by=25% max=200% for=30s|kernel" },
	{ "Step=kill\nStep=kill\nStep=kill\n",
	  "|kill timeout=1s|kill timeout=1s|kill timeout=1s|kernel" },
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
	{ GOOD "[OnOOM]\nStep=terminate\n", 4, "not supported by this version" },
	{ GOOD "[OnOOM]\nStep=kill via=kernel\n", 4, "not supported by this version" },
	{ GOOD "[OnOOM]\nKillBudget=5/60s\n", 4, "not supported by this version" },
	{ GOOD "[Victim]\nPrefer=uid:0\n", 3, "not supported by this version" },
	{ GOOD "[OnOOM]\nDeadline=99ms\n", 4, "expected 100ms to 1h" },
	{ GOOD "[OnOOM]\nDeadline=61min\n", 4, "expected 100ms to 1h" },
	{ GOOD "[OnOOM]\nStep=\n", 4, "has no value, expected kill, raise-limit or kernel" },
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
	char text[1000] = GOOD "[OnOOM]\n";
	struct problems problems = { 0 };
	struct policy_file file;

	for (int i = 0; i < POLICY_STEPS - 1 + _i; i++)
		strcat(text, "Step=kill\n");
	ck_assert_int_eq(load(text, &file, &problems), _i ? -EINVAL : 0);
	if (_i) {
		ck_assert(problems_hold(&problems, 3 + POLICY_STEPS, "at most 11 before kernel"));
		problems_done(&problems);
		return;
	}
	ck_assert_uint_eq(file.policy.step_count, POLICY_STEPS);
	ck_assert_uint_eq(file.policy.step[POLICY_STEPS - 1].kind, STEP_KERNEL);
	policy_file_done(&file);
}
END_TEST

/* Printed and parsed again, a step is the same step. */
START_TEST(test_step_reads_back)
{
	static const char *const texts[] = {
		"kill timeout=10ms",
		"kill timeout=10min",
		"raise-limit by=1% max=101% for=100ms",
		"raise-limit by=64K max=64T for=24h",
		"raise-limit by=4097K for=1500ms",
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
	tcase_add_test(tests, test_describe_is_cut);
	tcase_add_test(tests, test_hostile_name);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
