/*
 * Kernel files as v1 kernels write them, whole, cut and foreign; values as they are written. Files are
 * memfds, so no root. Linked with shared/knobs.c, base/io.c and base/text.c.
 */
#include <errno.h>
#include <fcntl.h>

#include "base/io.h"
#include "shared/knobs.h"
#include "unit/unit.h"

static const struct row {
	const char *text;
	int ret;
	struct oom_level level;
} levels[] = {
	{ "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n", 0, { false, false, 0 } },
	{ "oom_kill_disable 1\nunder_oom 1\noom_kill 37\n", 0, { true, true, 37 } },
	{ "oom_kill_disable 1\nunder_oom 0\noom_kill 18446744073709551615\n",
	  0,
	  { true, false, UINT64_MAX } },
	{ "oom_kill_disable 0\nunder_oom 1\n", 0, { false, true, 0 } }, /* before 4.13 */
	{ "under_oom 0\noom_kill 1\n", -EBADMSG, { false, false, 0 } },
	{ "oom_kill_disable 1\noom_kill 1\n", -EBADMSG, { false, false, 0 } },
	{ "oom_kill_disable yes\nunder_oom 0\n", -EBADMSG, { false, false, 0 } },
	{ "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n", -EBADMSG, { false, false, 0 } },
	{ "", -EBADMSG, { false, false, 0 } },
};

START_TEST(level_is_read_or_refused)
{
	struct oom_level level;
	int fd = unit_file(levels[_i].text);

	memset(&level, 0x5a, sizeof(level));
	ck_assert_int_eq(oom_level_read(fd, &level), levels[_i].ret);
	if (levels[_i].ret < 0) {
		unit_assert_untouched(level, 0x5a);
		return;
	}
	ck_assert_int_eq(level.kill_disabled, levels[_i].level.kill_disabled);
	ck_assert_int_eq(level.under_oom, levels[_i].level.under_oom);
	ck_assert_uint_eq(level.kills, levels[_i].level.kills);
}
END_TEST

START_TEST(cut_level_is_never_wrong)
{
	static const char text[] = "oom_kill_disable 1\nunder_oom 1\noom_kill 5\n";

	for (size_t length = 0; length < sizeof(text); length++) {
		char cut[sizeof(text)] = { 0 };
		struct oom_level level;
		int fd, ret;

		memcpy(cut, text, length);
		fd = unit_file(cut);
		ret = oom_level_read(fd, &level);
		ck_assert(ret == 0 || ret == -EBADMSG);
		ck_assert_int_eq(ret == 0, length >= strlen("oom_kill_disable 1\nunder_oom 1"));
		if (ret == 0)
			ck_assert(level.kill_disabled && level.under_oom);
		close(fd);
	}
}
END_TEST

START_TEST(gauge_is_read_or_refused)
{
	uint64_t value = 77;

	ck_assert_int_eq(gauge_read(unit_file("9223372036854771712\n"), &value), 0);
	ck_assert_uint_eq(value, 9223372036854771712ULL);
	ck_assert(limit_is_unlimited(value));
	ck_assert(!limit_is_unlimited(256 << 20));
	value = 77;
	ck_assert_int_eq(gauge_read(unit_file(""), &value), -EBADMSG);
	ck_assert_int_eq(gauge_read(unit_file("max\n"), &value), -EBADMSG);
	ck_assert_int_eq(gauge_read(unit_file("99999999999999999999\n"), &value), -EBADMSG);
	ck_assert_int_eq(gauge_read(-1, &value), -EBADF);
	ck_assert_uint_eq(value, 77);
}
END_TEST

START_TEST(knob_is_set_as_decimal)
{
	static const uint64_t values[] = { 0, 1, 67108864, UINT64_MAX };
	char text[32];

	for (int i = 0; i < UNIT_COUNT(values); i++) {
		int fd = unit_file("");
		uint64_t value;

		ck_assert_int_eq(knob_set(KNOB_LIMIT, fd, values[i]), 0);
		ck_assert_int_gt(io_read_at_start(fd, text, sizeof(text)), 0);
		ck_assert_int_eq(knob_get(KNOB_MEMSW_LIMIT, fd, &value), 0);
		ck_assert_uint_eq(value, values[i]);
		close(fd);
	}
	ck_assert_int_eq(knob_set(KNOB_OOM_CONTROL, -1, 1), -EBADF);
}
END_TEST

START_TEST(oom_control_reads_as_its_first_line)
{
	uint64_t value = 77;

	ck_assert_int_eq(knob_get(KNOB_OOM_CONTROL, unit_file(levels[1].text), &value), 0);
	ck_assert_uint_eq(value, 1);
	ck_assert_int_eq(knob_get(KNOB_OOM_CONTROL, unit_file("1\n"), &value), -EBADMSG);
}
END_TEST

static const struct freezer_row {
	const char *text;
	int ret;
	uint64_t value;
} freezers[] = {
	{ "THAWED\n", 0, 0 },
	{ "FROZEN\n", 0, 1 },
	{ "FREEZING\n", 0, 1 },
	{ "", -EBADMSG, 0 },
	{ "FROZEN", -EBADMSG, 0 },
	{ "THAWE\n", -EBADMSG, 0 },
	{ "FROZEN\nTHAWED\n", -EBADMSG, 0 },
	{ "frozen\n", -EBADMSG, 0 },
	{ "1\n", -EBADMSG, 0 },
};

START_TEST(freezer_is_read_or_refused)
{
	uint64_t value = 77;
	int fd = unit_file(freezers[_i].text);

	ck_assert_int_eq(knob_get(KNOB_FREEZER, fd, &value), freezers[_i].ret);
	ck_assert_uint_eq(value, freezers[_i].ret < 0 ? 77 : freezers[_i].value);
}
END_TEST

START_TEST(freezer_is_set_by_its_words)
{
	char text[32];
	int fd = unit_file("");

	ck_assert_int_eq(knob_set(KNOB_FREEZER, fd, 1), 0);
	ck_assert_int_gt(io_read_at_start(fd, text, sizeof(text)), 0);
	ck_assert_str_eq(text, "FROZEN");
	ck_assert_int_eq(knob_set(KNOB_FREEZER, fd, 0), 0);
	ck_assert_int_gt(io_read_at_start(fd, text, sizeof(text)), 0);
	ck_assert_str_eq(text, "THAWED");
	ck_assert_int_eq(knob_set(KNOB_FREEZER, -1, 0), -EBADF);
}
END_TEST

START_TEST(every_file_has_a_name_and_every_knob_is_writable)
{
	for (int file = 0; file < GROUP_FILE_COUNT; file++)
		ck_assert_ptr_nonnull(group_files[file].name);
	for (int i = 0; i < GROUP_MEMBERS; i++)
		ck_assert_str_eq(group_files[GROUP_MEMBERS_FIRST + i].name, "cgroup.procs");
	for (int knob = 0; knob < KNOB_COUNT; knob++)
		ck_assert_int_eq(group_files[knob_file((enum knob)knob)].flags & O_ACCMODE, O_RDWR);
	ck_assert(group_files[GROUP_MEMSW_LIMIT].optional);
	ck_assert(!group_files[GROUP_LIMIT].optional);
	ck_assert(group_files[GROUP_FREEZER].optional);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("knobs", &tests);

	tcase_add_loop_test(tests, level_is_read_or_refused, 0, UNIT_COUNT(levels));
	tcase_add_test(tests, cut_level_is_never_wrong);
	tcase_add_test(tests, gauge_is_read_or_refused);
	tcase_add_test(tests, knob_is_set_as_decimal);
	tcase_add_test(tests, oom_control_reads_as_its_first_line);
	tcase_add_loop_test(tests, freezer_is_read_or_refused, 0, UNIT_COUNT(freezers));
	tcase_add_test(tests, freezer_is_set_by_its_words);
	tcase_add_test(tests, every_file_has_a_name_and_every_knob_is_writable);
	return unit_run(suite);
}
