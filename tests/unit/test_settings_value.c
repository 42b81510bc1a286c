/*
 * Values of every type, escapes and signals: what is taken, what is refused with which words, and that
 * what is printed reads back.
 */
#include <errno.h>
#include <stdbool.h>

#include "base/units.h"
#include "settings/escape.h"
#include "settings/signals.h"
#include "settings/value.h"
#include "shared/policy.h"
#include "unit/unit.h"

static const char *const colours[] = { "red", "green", NULL };

static const struct value_row rows[] = {
	[VALUE_SIZE] = { VALUE_SIZE, 1024, 4096, NULL, 8 },
	[VALUE_SPAN] = { VALUE_SPAN, NSEC_PER_SEC, 60 * NSEC_PER_SEC, NULL, 8 },
	[VALUE_AMOUNT] = { VALUE_AMOUNT, 1, 50, NULL, 8 },
	[VALUE_BUDGET] = { VALUE_BUDGET, 1, 32, NULL, 8 },
	[VALUE_WORD] = { VALUE_WORD, 0, 0, colours, 8 },
	[VALUE_YES_NO] = { VALUE_YES_NO, 0, 0, NULL, 8 },
	[VALUE_SIGNAL] = { VALUE_SIGNAL, 0, 0, NULL, 8 },
	[VALUE_SOCKET] = { VALUE_SOCKET, 0, 0, NULL, 8 },
};

struct value_case {
	enum value_type type;
	const char *text;
	const char *back; /* as printed; NULL: refused, ... */
	int error; /* ... like this, ... */
	const char *expected; /* ... with these words among them */
};

static const struct value_case cases[] = {
	{ VALUE_SIZE, "1024", "1K", 0, NULL },
	{ VALUE_SIZE, "4097", NULL, -ERANGE, "1K to 4K" },
	{ VALUE_SIZE, "-1", NULL, -EINVAL, "a size such as" },
	{ VALUE_SPAN, "1000ms", "1s", 0, NULL },
	{ VALUE_SPAN, "999ms", NULL, -ERANGE, "1s to 1min" },
	{ VALUE_SPAN, "1", NULL, -EINVAL, "a time such as" },
	{ VALUE_AMOUNT, "1%", "1%", 0, NULL },
	{ VALUE_AMOUNT, "65536", "64K", 0, NULL },
	{ VALUE_AMOUNT, "64T", "64T", 0, NULL },
	{ VALUE_AMOUNT, "51%", NULL, -ERANGE, "1% to 50%" },
	{ VALUE_AMOUNT, "65T", NULL, -ERANGE, "64K to 64T" },
	{ VALUE_AMOUNT, "0", NULL, -ERANGE, "64K to 64T" },
	{ VALUE_AMOUNT, "99999999999999999999%", NULL, -ERANGE, "64K to 64T" },
	{ VALUE_AMOUNT, "1 %", NULL, -EINVAL, "or a percentage such as" },
	{ VALUE_AMOUNT, "%", NULL, -EINVAL, "or a percentage such as" },
	{ VALUE_BUDGET, "none", "none", 0, NULL },
	{ VALUE_BUDGET, "5/60s", "5/1min", 0, NULL },
	{ VALUE_BUDGET, "32/24h", "32/24h", 0, NULL },
	{ VALUE_BUDGET, "33/1s", NULL, -ERANGE, "1 to 32 kills in 1s to 24h" },
	{ VALUE_BUDGET, "0/1s", NULL, -ERANGE, "1 to 32 kills" },
	{ VALUE_BUDGET, "5/999ms", NULL, -ERANGE, "1 to 32 kills" },
	{ VALUE_BUDGET, "5/25h", NULL, -ERANGE, "1 to 32 kills" },
	{ VALUE_BUDGET, "99999999999999999999/1s", NULL, -ERANGE, "1 to 32 kills" },
	{ VALUE_BUDGET, "4294967301/1s", NULL, -ERANGE, "1 to 32 kills" },
	{ VALUE_BUDGET, "5/60", NULL, -EINVAL, "none or a number" },
	{ VALUE_BUDGET, "5", NULL, -EINVAL, "none or a number" },
	{ VALUE_BUDGET, "/60s", NULL, -EINVAL, "none or a number" },
	{ VALUE_BUDGET, "5/", NULL, -EINVAL, "none or a number" },
	{ VALUE_BUDGET, "off", NULL, -EINVAL, "none or a number" },
	{ VALUE_BUDGET, "", NULL, -EINVAL, "none or a number" },
	{ VALUE_WORD, "green", "green", 0, NULL },
	{ VALUE_WORD, "Green", NULL, -EINVAL, "red or green" },
	{ VALUE_YES_NO, "yes", "yes", 0, NULL },
	{ VALUE_YES_NO, "no", "no", 0, NULL },
	{ VALUE_YES_NO, "true", NULL, -EINVAL, "yes or no" },
	{ VALUE_SIGNAL, "15", "SIGTERM", 0, NULL },
	{ VALUE_SIGNAL, "SIGALRM", "SIGALRM", 0, NULL },
	{ VALUE_SIGNAL, "34", "34", 0, NULL },
	{ VALUE_SIGNAL, "TERM", NULL, -EINVAL, "a signal that can be handled" },
	{ VALUE_SIGNAL, "SIGSTOP", NULL, -ERANGE, "a signal that can be handled" },
	{ VALUE_SIGNAL, "4294967311", NULL, -ERANGE, "a signal that can be handled" },
	{ VALUE_SOCKET, "/run/a.sock", "/run/a.sock", 0, NULL },
	{ VALUE_SOCKET, "/\\x20\\\\\\;\\*\\xff", "/\\ \\\\\\;\\*\\xff", 0, NULL },
	{ VALUE_SOCKET, "run/a.sock", NULL, -EINVAL, "absolute path" },
	{ VALUE_SOCKET, "", NULL, -EINVAL, "absolute path" },
	{ VALUE_SOCKET, "/\\", NULL, -EINVAL, "absolute path" },
	{ VALUE_SOCKET, "/\\x00", NULL, -EINVAL, "absolute path" },
};

START_TEST(test_value)
{
	const struct value_case *row = &cases[_i];
	char expected[VALUE_EXPECTED_SIZE] = "";
	char target[8 + POLICY_SOCKET_SIZE], before[sizeof(target)];
	char back[VALUE_TEXT_SIZE];
	int ret;

	memset(target, 0x5a, sizeof(target));
	memcpy(before, target, sizeof(target));
	ret = value_parse(&rows[row->type], row->text, target, expected);
	ck_assert_msg(ret == row->error, "%s: %d", row->text, ret);
	ck_assert_mem_eq(target, before, 8);
	if (!row->back) {
		ck_assert_mem_eq(target, before, sizeof(target));
		ck_assert_msg(strstr(expected, row->expected) != NULL, "%s", expected);
		return;
	}
	ck_assert_str_eq(value_print(&rows[row->type], target, back, sizeof(back)), row->back);
	ck_assert_int_eq(value_parse(&rows[row->type], back, before, expected), 0);
	ck_assert_str_eq(value_print(&rows[row->type], before, expected, sizeof(expected)), back);
}
END_TEST

/* 107 bytes fit, whatever they take in the file; one more does not, nor do a thousand. */
START_TEST(test_socket_length)
{
	static const int lengths[] = { 107, 108, 1000 };
	char text[4100] = "/", expected[VALUE_EXPECTED_SIZE], target[8 + POLICY_SOCKET_SIZE];
	int ret;

	for (int i = 1; i < lengths[_i]; i++)
		strcat(text, "\\x01");
	ret = value_parse(&rows[VALUE_SOCKET], text, target, expected);
	ck_assert_int_eq(ret, _i ? -ERANGE : 0);
	if (_i)
		ck_assert_str_eq(expected, "at most 107 bytes");
	else
		ck_assert_uint_eq(strlen(target + 8), 107);
}
END_TEST

START_TEST(test_zero_where_allowed)
{
	const struct value_row row = { VALUE_AMOUNT, 0, 100, NULL, 0 };
	char expected[VALUE_EXPECTED_SIZE];
	struct amount amount;

	ck_assert_int_eq(value_parse(&row, "0", &amount, expected), 0);
	ck_assert(amount.value == 0 && !amount.percent);
	ck_assert_int_eq(value_parse(&row, "1", &amount, expected), -ERANGE);
	ck_assert_str_eq(expected, "0 or 64K to 64T");
}
END_TEST

START_TEST(test_print_is_cut)
{
	char place[8 + POLICY_SOCKET_SIZE] = "......../\x01\x02";
	char text[8] = "!!!!!!!";

	ck_assert_str_eq(value_print(&rows[VALUE_SOCKET], place, text, 6), "/\\x01");
	ck_assert_str_eq(value_print(&rows[VALUE_SOCKET], place, text, 5), "/");
	ck_assert_int_eq(text[7], '\0');
}
END_TEST

/* Every byte, escaped, is that byte again and part of one word. */
START_TEST(test_escape_byte)
{
	char text[ESCAPE_BYTE_SIZE + 1], *rest = text;

	escape_byte((char)_i, text);
	ck_assert_ptr_eq(escape_word(&rest), text);
	ck_assert_int_eq(*rest, '\0');
	ck_assert_int_eq(escape_remove(text), 0);
	ck_assert_int_eq((unsigned char)text[0], _i);
	ck_assert_int_eq(text[1], '\0');
}
END_TEST

START_TEST(test_words)
{
	char text[] = " a\\ b \t c\\\\ d\\", *rest = text;

	ck_assert_str_eq(escape_word(&rest), "a\\ b");
	ck_assert_str_eq(escape_word(&rest), "c\\\\");
	ck_assert_str_eq(escape_word(&rest), "d\\");
	ck_assert_ptr_null(escape_word(&rest));
	ck_assert_ptr_null(escape_word(&rest));
}
END_TEST

START_TEST(test_signals)
{
	char number[16], name[SIGNALS_NAME_SIZE];
	bool good = _i > 0 && _i <= 64 && _i != 9 && _i != 19 && _i != 32 && _i != 33;
	uint32_t back = 77;

	snprintf(number, sizeof(number), "%d", _i);
	ck_assert_int_eq(signals_parse(number, &back), good ? 0 : -ERANGE);
	ck_assert_uint_eq(back, good ? (uint32_t)_i : 77);
	if (good)
		ck_assert_int_eq(signals_parse(signals_name((uint32_t)_i, name), &back), 0);
	ck_assert(!good || back == (uint32_t)_i);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("settings_value");
	TCase *tests = tcase_create("value");

	tcase_add_loop_test(tests, test_value, 0, UNIT_COUNT(cases));
	tcase_add_loop_test(tests, test_socket_length, 0, 3);
	tcase_add_test(tests, test_zero_where_allowed);
	tcase_add_test(tests, test_print_is_cut);
	tcase_add_loop_test(tests, test_escape_byte, 1, 256);
	tcase_add_test(tests, test_words);
	tcase_add_loop_test(tests, test_signals, 0, 67);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
