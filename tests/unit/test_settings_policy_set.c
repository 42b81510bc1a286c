/*
 * All policy files together: masking by name, disabling, order of precedence, the limit on their number,
 * and that one bad file leaves the caller's set alone while the errors of all are listed.
 */
#include <errno.h>

#include "settings/policy_file.h"
#include "shared/roster.h"
#include "unit/test_settings_files.h"

#define DEADLINE ((struct nsec){ 3 * NSEC_PER_SEC })
#define GOOD "[Match]\nCgroup=/a\n"

static int load_folders(bool required, struct policy_set *set, struct problems *problems)
{
	static char paths[3][128];
	const char *directories[3];

	for (int i = 0; i < 3; i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/%d", files_root, i);
		directories[i] = paths[i];
	}
	return policy_set_load(&(struct policy_folders){ directories, 3, required }, DEADLINE, set,
			       problems);
}

static int load_set(struct policy_set *set, struct problems *problems)
{
	return load_folders(false, set, problems);
}

START_TEST(test_set)
{
	struct problems problems = { 0 };
	struct policy_set set;

	files_directory("0");
	files_directory("2");
	files_write("0/50-b.policy", "[Match]\nCgroup=/old\n");
	files_write("0/60-off.policy", "[Match]\nCgroup=/off\n");
	files_write("0/70-linked", "[Match]\nCgroup=/linked\n");
	files_write("0/90-last.policy", "[Match]\nCgroup=/**\n");
	files_write("2/50-b.policy", "[Match]\nCgroup=/new\n");
	files_write("2/10-a.policy", "[Match]\nCgroup=/x/*\nCgroup=/y\n");
	files_write("2/readme", "not read");
	files_write("2/.hidden.policy", "not read");
	files_write("2/.policy", "not read");
	files_write("2/55-c.policy~", "not read");
	ck_assert_int_eq(symlink("/dev/null", files_path("2/60-off.policy")), 0);
	ck_assert_int_eq(symlink("../0/70-linked", files_path("2/70-link.policy")), 0);

	ck_assert_int_eq(load_set(&set, &problems), 0);
	ck_assert_uint_eq(problems.count, 0);
	ck_assert_uint_eq(set.count, 4);
	ck_assert_str_eq(set.files[0].policy.name, "10-a");
	ck_assert_str_eq(set.files[1].policy.name, "50-b");
	ck_assert_str_eq(set.files[2].policy.name, "70-link");
	ck_assert_str_eq(set.files[3].policy.name, "90-last");
	ck_assert_ptr_eq(policy_set_match(&set, "/x/1"), &set.files[0]);
	ck_assert_ptr_eq(policy_set_match(&set, "/y"), &set.files[0]);
	ck_assert_ptr_eq(policy_set_match(&set, "/new"), &set.files[1]);
	ck_assert_ptr_eq(policy_set_match(&set, "/old"), &set.files[3]);
	ck_assert_ptr_eq(policy_set_match(&set, "/off"), &set.files[3]);
	ck_assert_ptr_null(policy_set_match(&set, "/"));
	ck_assert_uint_eq(set.hidden_count, 3);
	ck_assert_str_eq(set.hidden[2].path, files_path("2/60-off.policy"));
	ck_assert_ptr_null(set.hidden[2].by);
	for (size_t i = 0; i < 2; i++) {
		bool masked = strstr(set.hidden[i].path, "0/50-b.policy") != NULL;

		ck_assert_str_eq(set.hidden[i].by,
				 files_path(masked ? "2/50-b.policy" : "2/60-off.policy"));
		ck_assert(set.hidden[i].disabled == !masked);
	}
	policy_set_done(&set);
	policy_set_done(&set);
}
END_TEST

START_TEST(test_set_without_directories)
{
	struct problems problems = { 0 };
	struct policy_set set;

	ck_assert_int_eq(load_set(&set, &problems), 0);
	ck_assert_uint_eq(set.count, 0);
	ck_assert_ptr_null(policy_set_match(&set, "/a"));
	files_write("1", "a file where a directory is expected");
	ck_assert_int_eq(load_set(&set, &problems), -EINVAL);
	ck_assert(problems_hold(&problems, 0, "Not a directory; expected a directory"));
	problems_done(&problems);
	policy_set_done(&set);
}
END_TEST

START_TEST(test_named_folder_must_exist)
{
	struct problems problems = { 0 };
	struct policy_set set = { .count = 77 };

	files_directory("0");
	files_directory("2");
	files_write("0/a.policy", GOOD);
	ck_assert_int_eq(load_folders(true, &set, &problems), -EINVAL);
	ck_assert_uint_eq(set.count, 77);
	ck_assert_uint_eq(problems.errors, 1);
	ck_assert(problems_hold(&problems, 0, "No such file or directory; expected a directory"));
	ck_assert_str_eq(problems.list[0].file, files_path("1"));
	problems_done(&problems);
	files_directory("1");
	ck_assert_int_eq(load_folders(true, &set, &problems), 0);
	ck_assert_uint_eq(set.count, 1);
	policy_set_done(&set);
}
END_TEST

START_TEST(test_set_lists_every_error)
{
	struct problems problems = { 0 };
	struct policy_set set = { .count = 77 };

	files_directory("0");
	files_directory("0/dir.policy");
	files_write("0/a.policy", GOOD "[OnOOM]\nMode=x\nStep=y\n");
	files_write("0/b.policy", GOOD);
	files_write("0/c.policy", "z\n" GOOD);
	ck_assert_int_eq(symlink("nowhere", files_path("0/dangling.policy")), 0);
	ck_assert_int_eq(load_set(&set, &problems), -EINVAL);
	ck_assert_uint_eq(set.count, 77);
	ck_assert_uint_eq(problems.errors, 5);
	ck_assert(problems_hold(&problems, 4, "Mode="));
	ck_assert(problems_hold(&problems, 5, "unknown step"));
	ck_assert(problems_hold(&problems, 1, "'z'"));
	ck_assert(problems_hold(&problems, 0, "is a directory"));
	ck_assert(problems_hold(&problems, 0, "No such file"));
	problems_done(&problems);
}
END_TEST

START_TEST(test_set_is_bounded)
{
	char name[32];
	struct problems problems = { 0 };
	struct policy_set set;

	files_directory("0");
	for (int i = 0; i < ROSTER_POLICIES + _i; i++) {
		snprintf(name, sizeof(name), "0/%03d.policy", i);
		files_write(name, GOOD);
	}
	ck_assert_int_eq(load_set(&set, &problems), _i ? -E2BIG : 0);
	ck_assert_uint_eq(problems.errors, (size_t)_i);
	if (_i)
		ck_assert_ptr_nonnull(strstr(problems.list[0].file, "128.policy"));
	else
		policy_set_done(&set);
	problems_done(&problems);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("settings_policy_set");
	TCase *tests = tcase_create("policy_set");

	tcase_add_checked_fixture(tests, files_setup, files_teardown);
	tcase_add_test(tests, test_set);
	tcase_add_test(tests, test_set_without_directories);
	tcase_add_test(tests, test_named_folder_must_exist);
	tcase_add_test(tests, test_set_lists_every_error);
	tcase_add_loop_test(tests, test_set_is_bounded, 0, 2);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
