/*
 * The history as it is written, rotated, torn, repaired and read again, in a folder of its own. Linked
 * with supervisor/history.c and recent.c, settings/history_file.c and memory.c, base/io.c; json-c.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "settings/history_file.h"
#include "supervisor/history.h"
#include "supervisor/recent.h"
#include "unit/history_files.h"
#include "unit/unit.h"

static const struct bytes roomy = { 1024 * BYTES_PER_KIB };

static void put(const char *path, const char *text)
{
	file_put(path, "w", text);
}

static uint64_t size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
}

/* All lines, each with a bar behind it, as one text. */
static const char *lines(uint64_t *ret_damaged)
{
	static char text[4096];
	struct history_file history;
	const char *line;

	text[0] = '\0';
	ck_assert_int_eq(history_file_open(folder, &history), 0);
	while (history_file_next(&history, &line) > 0) {
		strncat(text, line, 100);
		strcat(text, "|");
	}
	*ret_damaged = history.damaged;
	history_file_done(&history);
	return text;
}

#define ASSERT_LINES(expected, passed_over)                                                        \
	do {                                                                                       \
		uint64_t damaged_;                                                                 \
		ck_assert_str_eq(lines(&damaged_), expected);                                      \
		ck_assert_uint_eq(damaged_, passed_over);                                          \
	} while (0)

START_TEST(records_are_kept_in_order)
{
	ASSERT_LINES("", 0);
	ck_assert_int_eq(history_append(folder, "{1}", roomy), 0);
	ck_assert_int_eq(history_append(folder, "{2}", roomy), 0);
	ASSERT_LINES("{1}|{2}|", 0);
	ck_assert_int_ne(size_of(newer), 0);
	ck_assert_uint_eq(size_of(older), 0);
}
END_TEST

START_TEST(torn_end_is_cut_before_the_next_record)
{
	static const struct {
		const char *before, *after;
		unsigned int damaged;
	} rows[] = {
		{ "{1}\n{2", "{1}|{9}|", 1 }, { "{torn", "{9}|", 1 }, { "", "{9}|", 0 },
		{ "{1}\n", "{1}|{9}|", 0 },   { "\n{1", "{9}|", 2 },
	};

	for (int i = 0; i < UNIT_COUNT(rows); i++) {
		uint64_t damaged;

		put(newer, rows[i].before);
		(void)lines(&damaged);
		ck_assert_uint_eq(damaged, rows[i].damaged);
		ck_assert_int_eq(history_append(folder, "{9}", roomy), 0);
		ck_assert_str_eq(lines(&damaged), rows[i].after);
	}
}
END_TEST

/* The last whole line may be many blocks before the end. */
START_TEST(long_torn_end_is_cut)
{
	static char text[20000];

	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "{1}\n", 4);
	put(newer, text);
	ck_assert_int_eq(history_append(folder, "{9}", roomy), 0);
	ASSERT_LINES("{1}|{9}|", 0);
	ck_assert_uint_eq(size_of(newer), 8);
}
END_TEST

START_TEST(both_files_together_stay_in_their_bound)
{
	const struct bytes bound = { 100 };
	char record[8];

	for (int i = 0; i < 200; i++) {
		(void)snprintf(record, sizeof(record), "{%03d}", i);
		ck_assert_int_eq(history_append(folder, record, bound), 0);
		ck_assert_uint_le(size_of(newer), 50);
		ck_assert_uint_le(size_of(newer) + size_of(older), 100);
	}
	ASSERT_LINES("{184}|{185}|{186}|{187}|{188}|{189}|{190}|{191}|"
		     "{192}|{193}|{194}|{195}|{196}|{197}|{198}|{199}|",
		     0);
}
END_TEST

START_TEST(record_that_can_never_fit_is_refused)
{
	ck_assert_int_eq(history_append(folder, "{1}", roomy), 0);
	ck_assert_int_eq(history_append(folder, "{too long}", (struct bytes){ 20 }), -EFBIG);
	ASSERT_LINES("{1}|", 0);
}
END_TEST

START_TEST(two_writers_do_not_share_a_file)
{
	int other;

	ck_assert_int_eq(history_append(folder, "{1}", roomy), 0);
	other = open(newer, O_RDWR | O_APPEND | O_CLOEXEC);
	ck_assert_int_eq(flock(other, LOCK_EX | LOCK_NB), 0);
	ck_assert_int_eq(write(other, "{2", 2), 2);
	ck_assert_int_eq(history_append(folder, "{9}", roomy), -EWOULDBLOCK);
	ck_assert_int_eq(write(other, "}\n", 2), 2);
	ck_assert_int_eq(close(other), 0);
	ck_assert_int_eq(history_append(folder, "{3}", roomy), 0);
	ASSERT_LINES("{1}|{2}|{3}|", 0);
}
END_TEST

START_TEST(removed_file_is_made_anew)
{
	ck_assert_int_eq(history_append(folder, "{1}", roomy), 0);
	ck_assert_int_eq(unlink(newer), 0);
	ck_assert_int_eq(history_append(folder, "{2}", roomy), 0);
	ASSERT_LINES("{2}|", 0);
}
END_TEST

START_TEST(what_is_no_file_is_refused)
{
	struct history_file history;

	ck_assert_int_eq(symlink("/etc/passwd", newer), 0);
	ck_assert_int_lt(history_append(folder, "{1}", roomy), 0);
	ck_assert_int_lt(history_file_open(folder, &history), 0);
	ck_assert_int_eq(unlink(newer), 0);
	ck_assert_int_eq(mkfifo(newer, 0600), 0);
	ck_assert_int_eq(history_append(folder, "{1}", roomy), -EBADMSG);
	ck_assert_int_eq(history_file_open(folder, &history), -EBADMSG);
	ck_assert_int_lt(history_append("/nonexistent", "{1}", roomy), 0);
	ck_assert_int_eq(history_file_open("/nonexistent", &history), 0);
	history_file_done(&history);
}
END_TEST

/* A disk that is full in the middle of a record: RLIMIT_FSIZE cuts the write short in the same way. */
START_TEST(short_write_leaves_whole_records)
{
	const struct rlimit few = { .rlim_cur = 10, .rlim_max = RLIM_INFINITY };
	const struct rlimit all = { .rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY };

	ck_assert_ptr_ne(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	ck_assert_int_eq(history_append(folder, "{1234}", roomy), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &few), 0);
	ck_assert_int_lt(history_append(folder, "{5678}", roomy), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &all), 0);
	ck_assert_uint_eq(size_of(newer), 7);
	ck_assert_int_eq(history_append(folder, "{9}", roomy), 0);
	ASSERT_LINES("{1234}|{9}|", 0);
}
END_TEST

START_TEST(overlong_line_is_passed_over)
{
	FILE *file = fopen(newer, "w");

	ck_assert_ptr_nonnull(file);
	(void)fputs("{1}\n", file);
	for (size_t i = 0; i < HISTORY_LINE_MAX + 1; i++)
		(void)putc('x', file);
	(void)fputs("\n{2}\n", file);
	ck_assert_int_eq(fclose(file), 0);
	ASSERT_LINES("{1}|{2}|", 1);
}
END_TEST

/* What is appended, and a rotation, while somebody reads, is not his business. */
START_TEST(reader_sees_what_there_was)
{
	struct history_file history;
	const char *line;

	put(older, "{1}\n");
	put(newer, "{2}\n{3}\n");
	ck_assert_int_eq(history_file_open(folder, &history), 0);
	ck_assert_int_eq(history_append(folder, "{4}", roomy), 0);
	ck_assert_int_eq(rename(newer, older), 0);
	for (int round = 0; round < 2; round++) {
		ck_assert_int_eq(history_file_next(&history, &line), 3);
		ck_assert_str_eq(line, "{1}");
		ck_assert_int_eq(history_file_next(&history, &line), 3);
		ck_assert_int_eq(history_file_next(&history, &line), 3);
		ck_assert_str_eq(line, "{3}");
		ck_assert_int_eq(history_file_next(&history, &line), -ENODATA);
		ck_assert_int_eq(history_file_next(&history, &line), -ENODATA);
		history_file_rewind(&history);
	}
	history_file_done(&history);
	history_file_done(&history);
}
END_TEST

/* Both names lead to one file for a moment when it is renamed between our two opens: not read twice. */
START_TEST(file_under_both_names_is_not_read_twice)
{
	struct history_file history;

	put(newer, "{1}\n");
	ck_assert_int_eq(link(newer, older), 0);
	ck_assert_int_eq(history_file_open(folder, &history), -EAGAIN);
}
END_TEST

START_TEST(last_records_are_recent_after_a_restart)
{
	struct json_object *list;
	char record[32];

	for (int i = 0; i < RECENT_MAX + 9; i++) {
		(void)snprintf(record, sizeof(record), "{\"id\":\"%d\"}", i);
		ck_assert_int_eq(history_append(folder, record, (struct bytes){ 800 }), 0);
	}
	put(older, "not JSON\n7\n");
	ck_assert_int_eq(history_append(folder, "[ 1 ]", (struct bytes){ 800 }), 0);
	recent_load(folder);
	list = recent_list();
	ck_assert_uint_le(json_object_array_length(list), RECENT_MAX);
	ck_assert(recent_has("40"));
	ck_assert(!recent_has("0"));
	ck_assert(!recent_has("4"));
	ck_assert_str_eq(
		json_object_to_json_string_ext(
			json_object_array_get_idx(list, json_object_array_length(list) - 1), 0),
		"{\"id\":\"40\"}");
	json_object_put(list);
	for (int i = 0; i < 2 * RECENT_MAX; i++)
		recent_add(json_tokener_parse("{\"id\":\"new\"}"));
	list = recent_list();
	ck_assert_uint_eq(json_object_array_length(list), RECENT_MAX);
	ck_assert(!recent_has("40"));
	json_object_put(list);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("history", &tests);

	tcase_add_checked_fixture(tests, folder_make, folder_remove);
	tcase_add_test(tests, records_are_kept_in_order);
	tcase_add_test(tests, torn_end_is_cut_before_the_next_record);
	tcase_add_test(tests, long_torn_end_is_cut);
	tcase_add_test(tests, both_files_together_stay_in_their_bound);
	tcase_add_test(tests, record_that_can_never_fit_is_refused);
	tcase_add_test(tests, two_writers_do_not_share_a_file);
	tcase_add_test(tests, removed_file_is_made_anew);
	tcase_add_test(tests, what_is_no_file_is_refused);
	tcase_add_test(tests, short_write_leaves_whole_records);
	tcase_add_test(tests, overlong_line_is_passed_over);
	tcase_add_test(tests, reader_sees_what_there_was);
	tcase_add_test(tests, file_under_both_names_is_not_read_twice);
	tcase_add_test(tests, last_records_are_recent_after_a_restart);
	return unit_run(suite);
}
