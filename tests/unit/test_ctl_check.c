/*
 * Policies against groups: who has which, what is shadowed, what is hidden, and which children a policy
 * takes in. The hierarchy is a list here, with limits in files of a scratch directory.
 *
 *   /a            64M, policy inherits      /b          no policy
 *   /a/x          32M                       /b/c        kernel's children
 *   /a/y          no limit                  /b/c/limit  16M
 *   /a/y/z        16M                       /b/c/free   no limit
 *   /a/off        ignored
 *   /a/off/deep   16M
 */
#include "ctl/check.h"
#include "ctl/hierarchy.h"
#include "shared/knobs.h"
#include "unit/test_settings_files.h"

static const struct {
	const char *path;
	const char *limit;
} groups[] = {
	{ "/a", "67108864\n" },
	{ "/a/x", "33554432\n" },
	{ "/a/y", "9223372036854771712\n" },
	{ "/a/y/z", "16777216\n" },
	{ "/a/off", "16777216\n" },
	{ "/a/off/deep", "16777216\n" },
	{ "/b", "9223372036854771712\n" },
	{ "/b/c", "9223372036854771712\n" },
	{ "/b/c/limit", "16777216\n" },
	{ "/b/c/free", "9223372036854771712\n" },
};

int hierarchy_find(char ret_mount[static PATH_MAX])
{
	strcpy(ret_mount, files_path("mount"));
	return 0;
}

int hierarchy_walk(const char *mount, void (*visit)(const char *path, void *context), void *context)
{
	ck_assert_str_eq(mount, files_path("mount"));
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		visit(groups[i].path, context);
	return 0;
}

static void groups_make(void)
{
	char name[200];

	files_setup();
	files_directory("1");
	files_directory("2");
	files_directory("mount");
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
		snprintf(name, sizeof(name), "mount%s", groups[i].path);
		files_directory(name);
		strcat(name, "/" KNOB_FILE_LIMIT);
		files_write(name, groups[i].limit);
	}
}

static void check_files(struct check *check)
{
	char first[128], second[128];
	const char *const list[] = { first, second };
	const struct policy_folders folders = { .list = list, .count = 2, .required = true };

	snprintf(first, sizeof(first), "%s", files_path("1"));
	snprintf(second, sizeof(second), "%s", files_path("2"));
	*check = (struct check){ .counted = false };
	ck_assert_int_eq(
		policy_set_load(&folders, nsec_from_msec(2000), &check->set, &check->problems), 0);
	check_match(check);
	ck_assert(check->counted);
	ck_assert_uint_eq(check->problems.errors, 0);
}

static void check_done(struct check *check)
{
	check_match_done(check);
	policy_set_done(&check->set);
	problems_done(&check->problems);
}

static void expect_names(const struct check_names *names, const char *expected)
{
	char text[300] = "";

	for (size_t i = 0; i < names->count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s ", names->list[i]);
	ck_assert_str_eq(text, expected);
}

START_TEST(test_children)
{
	struct check check;

	files_write("1/10-a.policy", "[Match]\nCgroup=/a\nChildren=inherit\n");
	files_write("1/20-off.policy", "[Match]\nCgroup=/a/off\n[OnOOM]\nMode=ignore\n");
	files_write("1/30-c.policy", "[Match]\nCgroup=/b/*\n");
	check_files(&check);
	ck_assert_uint_eq(check.problems.count, 0);
	expect_names(&check.policies[0].children[CHECK_CHILD_TAKEN_IN], "/a/x /a/y/z ");
	expect_names(&check.policies[0].children[CHECK_CHILD_LIMITLESS], "/a/y ");
	expect_names(&check.policies[0].children[CHECK_CHILD_KERNEL], "");
	for (int i = 0; i < CHECK_CHILD_COUNT; i++)
		expect_names(&check.policies[1].children[i], "");
	expect_names(&check.policies[2].children[CHECK_CHILD_KERNEL], "/b/c/limit ");
	expect_names(&check.policies[2].children[CHECK_CHILD_LIMITLESS], "");
	check_done(&check);
}
END_TEST

START_TEST(test_shadows)
{
	struct check check;

	files_write("1/10-a.policy", "[Match]\nCgroup=/a/*\nCgroup=/none\n");
	files_write("1/20-x.policy", "[Match]\nCgroup=/a/x\nCgroup=/a/y\n");
	files_write("1/30-b.policy", "[Match]\nCgroup=/b\nCgroup=/a/x\n");
	files_write("1/40-ab.policy", "[Match]\nCgroup=/a/x\nCgroup=/b\n");
	files_write("1/50-none.policy", "[Match]\nCgroup=/none\nCgroup=/nowhere\n");
	check_files(&check);
	expect_names(&check.policies[0].patterns[0].groups, "/a/x /a/y /a/off ");
	expect_names(&check.policies[1].patterns[1].groups, "/a/y ");
	ck_assert_uint_eq(check.policies[0].groups, 3);
	ck_assert_uint_eq(check.policies[1].groups, 0);
	ck_assert_uint_eq(check.problems.count, 5);
	ck_assert(problems_hold(&check.problems, 3, "pattern '/none' matches no control group"));
	ck_assert(problems_hold(&check.problems, 0, "is shadowed: policy 10-a has all"));
	ck_assert(problems_hold(&check.problems, 3, "'/a/x' is shadowed: policy 10-a has all"));
	ck_assert(problems_hold(&check.problems, 0, "is shadowed: policy 10-a with others has"));
	ck_assert(problems_hold(&check.problems, 0, "matches no control group now"));
	check_done(&check);
}
END_TEST

START_TEST(test_hidden)
{
	struct check check;

	files_write("1/10-a.policy", "not read");
	files_write("2/10-a.policy", "[Match]\nCgroup=/a\n");
	files_write("1/20-b.policy", "not read");
	ck_assert_int_eq(symlink("/dev/null", files_path("2/20-b.policy")), 0);
	check_files(&check);
	ck_assert_uint_eq(check.problems.count, 3);
	ck_assert(problems_hold(&check.problems, 0, "can never run: masked by"));
	ck_assert(problems_hold(&check.problems, 0, "can never run: disabled by"));
	ck_assert(problems_hold(&check.problems, 0, "is a link to /dev/null"));
	check_done(&check);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl_check");
	TCase *tests = tcase_create("check");

	tcase_add_checked_fixture(tests, groups_make, files_teardown);
	tcase_add_test(tests, test_children);
	tcase_add_test(tests, test_shadows);
	tcase_add_test(tests, test_hidden);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
