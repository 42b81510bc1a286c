/*
 * The attributes on a real, empty control group of our own: stored, loaded, dropped, and refused when
 * they are not of our making; and one that was written before there was a freezer in it. Linked with shared/saved.c and base/text.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "shared/saved.h"
#include "unit/unit.h"

#define HIERARCHY "/sys/fs/cgroup/memory"

static char path[128];
static int directory = -1;

static void group_make(void)
{
	directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(directory, 0);
	ck_assert_int_eq(saved_drop(directory), 0);
}

static void group_done(void)
{
	close(directory);
}

static void attribute_set(const char *text)
{
	ck_assert_int_eq(fsetxattr(directory, SAVED_ATTRIBUTE, text, strlen(text), 0), 0);
}

static const struct saved samples[] = {
	{ { { 0, 67108864, KNOB_ABSENT, KNOB_ABSENT } },
	  { { KNOB_ABSENT, KNOB_ABSENT, KNOB_ABSENT, KNOB_ABSENT } } },
	{ { { 1, 0, 0, 0 } }, { { KNOB_ABSENT, 83886080, 83886080, 1 } } },
	{ { { 0, UINT64_MAX - 1, 9223372036854771712ULL, 1 } }, { { 1, UINT64_MAX - 1, 1, 0 } } },
	{ { { KNOB_ABSENT - 1, 0, 0, 0 } }, { { 0, 0, 0, 0 } } },
	{ { { 0, 0, 0, 2 } }, { { 0, 0, 0, 0 } } },
	{ { { 0, 0, 0, 0 } }, { { 0, 0, 0, KNOB_ABSENT - 1 } } },
};

static bool sample_is_sound(const struct saved *sample)
{
	return sample->found.value[KNOB_OOM_CONTROL] <= 1 &&
	       (sample->found.value[KNOB_FREEZER] <= 1 ||
		sample->found.value[KNOB_FREEZER] == KNOB_ABSENT) &&
	       (sample->lent.value[KNOB_FREEZER] <= 1 ||
		sample->lent.value[KNOB_FREEZER] == KNOB_ABSENT);
}

START_TEST(comes_back_as_stored)
{
	struct saved out;

	ck_assert_int_eq(saved_store(directory, &samples[_i]), 0);
	if (!sample_is_sound(&samples[_i])) {
		ck_assert_int_eq(saved_load(directory, &out), -EBADMSG);
		return;
	}
	ck_assert_int_eq(saved_load(directory, &out), 0);
	ck_assert_mem_eq(&out, &samples[_i], sizeof(out));
	ck_assert_int_eq(saved_is_frozen(&out), _i == 1);
}
END_TEST

START_TEST(one_of_before_the_freezer_is_read)
{
	struct saved out;

	attribute_set(
		"1 oom_control=1 limit=5 memsw=- lent_oom_control=- lent_limit=6 lent_memsw=7");
	ck_assert_int_eq(saved_load(directory, &out), 0);
	ck_assert_uint_eq(out.found.value[KNOB_OOM_CONTROL], 1);
	ck_assert_uint_eq(out.found.value[KNOB_LIMIT], 5);
	ck_assert_uint_eq(out.found.value[KNOB_MEMSW_LIMIT], KNOB_ABSENT);
	ck_assert_uint_eq(out.lent.value[KNOB_LIMIT], 6);
	ck_assert_uint_eq(out.lent.value[KNOB_MEMSW_LIMIT], 7);
	ck_assert_uint_eq(out.found.value[KNOB_FREEZER], KNOB_ABSENT);
	ck_assert_uint_eq(out.lent.value[KNOB_FREEZER], KNOB_ABSENT);
	ck_assert(!saved_is_frozen(&out));
}
END_TEST

START_TEST(later_store_replaces)
{
	struct saved out;

	ck_assert_int_eq(saved_store(directory, &samples[2]), 0);
	ck_assert_int_eq(saved_store(directory, &samples[0]), 0);
	ck_assert_int_eq(saved_load(directory, &out), 0);
	ck_assert_mem_eq(&out, &samples[0], sizeof(out));
}
END_TEST

START_TEST(absence_is_named_and_drop_is_idempotent)
{
	struct saved out;

	ck_assert_int_eq(saved_load(directory, &out), -ENODATA);
	ck_assert_int_eq(saved_store(directory, &samples[0]), 0);
	ck_assert_int_eq(saved_drop(directory), 0);
	ck_assert_int_eq(saved_drop(directory), 0);
	ck_assert_int_eq(saved_load(directory, &out), -ENODATA);
}
END_TEST

START_TEST(child_does_not_inherit_it)
{
	struct saved out;
	int child;

	ck_assert_int_eq(saved_store(directory, &samples[0]), 0);
	ck_assert_int_eq(mkdirat(directory, "child", 0755), 0);
	child = openat(directory, "child", O_RDONLY | O_DIRECTORY);
	ck_assert_int_eq(saved_load(child, &out), -ENODATA);
	close(child);
	ck_assert_int_eq(unlinkat(directory, "child", AT_REMOVEDIR), 0);
}
END_TEST

static const char *const foreign[] = {
	"",
	" ",
	"x",
	"2 oom_control=0 limit=1 memsw=- lent_oom_control=- lent_limit=- lent_memsw=-",
	"1 oom_control= limit=1 memsw=- lent_oom_control=- lent_limit=- lent_memsw=-",
	"1 oom_control=2 limit=1 memsw=- lent_oom_control=- lent_limit=- lent_memsw=-",
	"1 oom_control=0 limit=x memsw=- lent_oom_control=- lent_limit=- lent_memsw=-",
	"1 oom_control=0 limit=18446744073709551616 memsw=- lent_oom_control=- lent_limit=- "
	"lent_memsw=-",
	"1 lent_oom_control=0 lent_limit=1 lent_memsw=-",
	/* one of the freezer's two keys alone, and what is no switch */
	"1 oom_control=0 limit=1 memsw=- freezer=- lent_oom_control=- lent_limit=- lent_memsw=-",
	"1 oom_control=0 limit=1 memsw=- lent_oom_control=- lent_limit=- lent_memsw=- "
	"lent_freezer=1",
	"1 oom_control=0 limit=1 memsw=- freezer=- lent_oom_control=- lent_limit=- lent_memsw=- "
	"lent_freezer=2",
	"1 oom_control=0 limit=1 memsw=- freezer=FROZEN lent_oom_control=- lent_limit=- "
	"lent_memsw=- lent_freezer=1",
};

START_TEST(foreign_attribute_is_refused)
{
	struct saved out;

	memset(&out, 0x5a, sizeof(out));
	attribute_set(foreign[_i]);
	ck_assert_int_eq(saved_load(directory, &out), -EBADMSG);
	unit_assert_untouched(out, 0x5a);
}
END_TEST

START_TEST(longer_than_any_of_ours_is_refused)
{
	char text[1024];
	struct saved out;

	memset(text, '1', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	attribute_set(text);
	ck_assert_int_eq(saved_load(directory, &out), -EBADMSG);
}
END_TEST

/* A cut in the last number gives a shorter number; every other cut is noticed. */
START_TEST(truncation_at_every_byte_is_harmless)
{
	char text[512];
	ssize_t whole;

	ck_assert_int_eq(saved_store(directory, &samples[0]), 0);
	whole = fgetxattr(directory, SAVED_ATTRIBUTE, text, sizeof(text) - 1);
	ck_assert_int_gt(whole, 0);
	for (ssize_t length = whole - 1; length > 0; length--) {
		struct saved out;

		text[length] = '\0';
		attribute_set(text);
		ck_assert_msg(saved_load(directory, &out) == -EBADMSG, "'%s' was accepted", text);
	}
}
END_TEST

START_TEST(freezer_path_comes_back)
{
	static const char *const paths[] = { "/a", "/a/b", "/..b/...", "/two words/\n\033[2J",
					     "/a\\b" };
	char out[PATH_MAX];

	ck_assert_int_eq(saved_load_freezer(directory, out), -ENODATA);
	for (int i = 0; i < UNIT_COUNT(paths); i++) {
		ck_assert_int_eq(saved_store_freezer(directory, paths[i]), 0);
		ck_assert_int_eq(saved_load_freezer(directory, out), 0);
		ck_assert_str_eq(out, paths[i]);
	}
	ck_assert_int_eq(saved_drop_freezer(directory), 0);
	ck_assert_int_eq(saved_drop_freezer(directory), 0);
	ck_assert_int_eq(saved_load_freezer(directory, out), -ENODATA);
}
END_TEST

static const char *const strays[] = {
	"", "/", "a", "//", "/a/", "/a//b", "/.", "/..", "/../x", "/a/..", "/a/../b", "/a/./b",
};

START_TEST(freezer_path_that_leads_elsewhere_is_refused)
{
	char out[PATH_MAX], text[PATH_MAX + 1];

	memset(out, 0x5a, sizeof(out));
	ck_assert_int_eq(saved_store_freezer(directory, strays[_i]), 0);
	ck_assert_int_eq(saved_load_freezer(directory, out), -EBADMSG);
	ck_assert_int_eq(fsetxattr(directory, SAVED_FREEZER_ATTRIBUTE, "/a\0/b",
				   sizeof("/a\0/b") - 1, 0),
			 0);
	ck_assert_int_eq(saved_load_freezer(directory, out), -EBADMSG);
	memset(text, 'a', PATH_MAX);
	text[0] = '/';
	text[PATH_MAX] = '\0';
	ck_assert_int_eq(saved_store_freezer(directory, text), 0);
	ck_assert_int_eq(saved_load_freezer(directory, out), -EBADMSG);
	unit_assert_untouched(out, 0x5a);
}
END_TEST

START_TEST(drop_takes_both)
{
	char out[PATH_MAX];
	struct saved saved;

	ck_assert_int_eq(saved_store(directory, &samples[1]), 0);
	ck_assert_int_eq(saved_store_freezer(directory, "/a"), 0);
	ck_assert_int_eq(saved_drop_freezer(directory), 0);
	ck_assert_int_eq(saved_load(directory, &saved), 0);
	ck_assert_int_eq(saved_store_freezer(directory, "/a"), 0);
	ck_assert_int_eq(saved_drop(directory), 0);
	ck_assert_int_eq(saved_load(directory, &saved), -ENODATA);
	ck_assert_int_eq(saved_load_freezer(directory, out), -ENODATA);
}
END_TEST

static bool usable(void)
{
	struct saved none = samples[0];
	int fd;

	(void)snprintf(path, sizeof(path), HIERARCHY "/unit-saved-%d", (int)getpid());
	if (mkdir(path, 0755) < 0)
		return false;
	fd = open(path, O_RDONLY | O_DIRECTORY);
	if (fd >= 0 && saved_store(fd, &none) == 0) {
		close(fd);
		return true;
	}
	close(fd);
	(void)rmdir(path);
	return false;
}

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("saved", &tests);
	int status;

	if (!usable()) {
		puts("SKIP saved (needs root and the v1 memory hierarchy at " HIERARCHY ")");
		return 77;
	}
	tcase_add_checked_fixture(tests, group_make, group_done);
	tcase_add_loop_test(tests, comes_back_as_stored, 0, UNIT_COUNT(samples));
	tcase_add_test(tests, one_of_before_the_freezer_is_read);
	tcase_add_test(tests, later_store_replaces);
	tcase_add_test(tests, absence_is_named_and_drop_is_idempotent);
	tcase_add_test(tests, child_does_not_inherit_it);
	tcase_add_loop_test(tests, foreign_attribute_is_refused, 0, UNIT_COUNT(foreign));
	tcase_add_test(tests, longer_than_any_of_ours_is_refused);
	tcase_add_test(tests, truncation_at_every_byte_is_harmless);
	tcase_add_test(tests, freezer_path_comes_back);
	tcase_add_loop_test(tests, freezer_path_that_leads_elsewhere_is_refused, 0,
			    UNIT_COUNT(strays));
	tcase_add_test(tests, drop_takes_both);
	status = unit_run(suite);
	if (rmdir(path) < 0)
		perror(path);
	return status;
}
