/*
 * Numbers in kernel text and hostile names: real captured text, truncation at every byte, every size of
 * target. Linked with base/text.c.
 */
#include <errno.h>

#include "base/text.h"
#include "unit/unit.h"

#define UNTOUCHED 0x5a5a5a5a5a5a5a5aULL

/* memory.oom_control of a group whose tasks sleep, Linux 6.18 */
static const char level[] = "oom_kill_disable 1\nunder_oom 1\noom_kill 37\n";

static const struct number {
	const char *text;
	int ret;
	uint64_t value;
	const char *rest;
} numbers[] = {
	{ "0", 0, 0, "" },
	{ "42\n", 0, 42, "\n" },
	{ "7 kB", 0, 7, " kB" },
	{ "18446744073709551615", 0, UINT64_MAX, "" },
	{ "18446744073709551616", -ERANGE, UNTOUCHED, NULL },
	{ "99999999999999999999999", -ERANGE, UNTOUCHED, NULL },
	{ "", -EINVAL, UNTOUCHED, NULL },
	{ "x1", -EINVAL, UNTOUCHED, NULL },
	{ "-1", -EINVAL, UNTOUCHED, NULL },
	{ " 1", -EINVAL, UNTOUCHED, NULL },
};

START_TEST(number_is_read_or_refused)
{
	const struct number *row = &numbers[_i];
	uint64_t value = UNTOUCHED;
	const char *rest = NULL;

	ck_assert_int_eq(text_to_u64(row->text, &rest, &value), row->ret);
	ck_assert_uint_eq(value, row->value);
	if (row->rest)
		ck_assert_str_eq(rest, row->rest);
	else
		ck_assert_ptr_null(rest);
	ck_assert_int_eq(text_to_u64(row->text, NULL, &value), row->ret);
}
END_TEST

START_TEST(field_needs_the_whole_key)
{
	uint64_t value = UNTOUCHED;

	ck_assert_int_eq(text_field_u64(level, "oom_kill", &value), 0);
	ck_assert_uint_eq(value, 37);
	ck_assert_int_eq(text_field_u64(level, "oom_kill_disable", &value), 0);
	ck_assert_uint_eq(value, 1);
	value = UNTOUCHED;
	ck_assert_int_eq(text_field_u64(level, "under", &value), -ENOENT);
	ck_assert_int_eq(text_field_u64(level, "kill", &value), -ENOENT);
	ck_assert_int_eq(text_field_u64("", "oom_kill", &value), -ENOENT);
	ck_assert_int_eq(text_field_u64("\n\n", "oom_kill", &value), -ENOENT);
	ck_assert_int_eq(text_field_u64("oom_kill x\n", "oom_kill", &value), -EINVAL);
	ck_assert_int_eq(text_field_u64("oom_kill 18446744073709551616", "oom_kill", &value),
			 -ERANGE);
	ck_assert_uint_eq(value, UNTOUCHED);
}
END_TEST

START_TEST(field_survives_truncation_at_every_byte)
{
	static const char *const keys[] = { "oom_kill_disable", "under_oom", "oom_kill" };

	for (size_t length = 0; length < sizeof(level); length++) {
		/* The copy ends exactly at the cut: AddressSanitizer sees a read past it. */
		char *copy = malloc(length + 1);

		memcpy(copy, level, length);
		copy[length] = '\0';
		for (int key = 0; key < UNIT_COUNT(keys); key++) {
			uint64_t value = UNTOUCHED;
			int ret = text_field_u64(copy, keys[key], &value);

			ck_assert(ret == 0 || ret == -ENOENT || ret == -EINVAL);
			/* a cut number may read shorter, but nothing else */
			ck_assert(ret < 0 ? value == UNTOUCHED
					  : value == 1 || value == 37 || value == 3);
		}
		free(copy);
	}
}
END_TEST

START_TEST(numbers_come_back)
{
	static const uint64_t values[] = {
		0, 1, 9, 10, 4096, 999, 1 << 20, UINT32_MAX, UINT64_MAX - 1, UINT64_MAX
	};
	char text[TEXT_U64_SIZE], expected[32];
	uint64_t value;

	for (int i = 0; i < UNIT_COUNT(values); i++) {
		ck_assert_ptr_eq(text_from_u64(values[i], text), text);
		(void)snprintf(expected, sizeof(expected), "%llu", (unsigned long long)values[i]);
		ck_assert_str_eq(text, expected);
		ck_assert_int_eq(text_to_u64(text, NULL, &value), 0);
		ck_assert_uint_eq(value, values[i]);
	}
}
END_TEST

static const struct name {
	const char *raw, *escaped;
} names[] = {
	{ "", "" },
	{ "nginx", "nginx" },
	{ "foo) Z 1 (bar", "foo) Z 1 (bar" },
	{ "(sd-pam)", "(sd-pam)" },
	{ "a\nVICTIM_PID=1", "a\\nVICTIM_PID=1" },
	{ "tab\there", "tab\\there" },
	{ "back\\slash", "back\\\\slash" },
	{ "\033[2J", "\\x1b[2J" },
	{ "\x7f\x80\xff\r", "\\x7f\\x80\\xff\\x0d" },
	{ "quote\"'", "quote\"'" },
};

START_TEST(hostile_name_is_escaped)
{
	char target[64];

	ck_assert_str_eq(text_escape(names[_i].raw, target, sizeof(target)), names[_i].escaped);
}
END_TEST

START_TEST(escape_is_cut_between_escapes)
{
	const struct name *row = &names[_i];
	size_t whole = strlen(row->escaped);

	for (size_t size = 1; size <= whole + 1; size++) {
		char *target = malloc(size);

		text_escape(row->raw, target, size);
		ck_assert_uint_lt(strlen(target), size);
		ck_assert_int_eq(strncmp(target, row->escaped, strlen(target)), 0);
		/* what is missing is less than one escape */
		ck_assert(size == whole + 1 ? strlen(target) == whole
					    : strlen(target) + 4 >= size - 1);
		for (size_t at = 0; target[at]; at++)
			if (target[at] == '\\') {
				at++;
				ck_assert(target[at] == '\\' || target[at] == 'n' ||
					  target[at] == 't' ||
					  (target[at] == 'x' && target[at + 1] && target[at + 2]));
			}
		free(target);
	}
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("text", &tests);

	tcase_add_loop_test(tests, number_is_read_or_refused, 0, UNIT_COUNT(numbers));
	tcase_add_test(tests, field_needs_the_whole_key);
	tcase_add_test(tests, field_survives_truncation_at_every_byte);
	tcase_add_test(tests, numbers_come_back);
	tcase_add_loop_test(tests, hostile_name_is_escaped, 0, UNIT_COUNT(names));
	tcase_add_loop_test(tests, escape_is_cut_between_escapes, 0, UNIT_COUNT(names));
	return unit_run(suite);
}
