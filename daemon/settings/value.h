/*
 * One value of a file, from and to text: the types, their bounds, and what to say of a value that is
 * none. The option tables (options.h) and the arguments of steps (policy_text.h) are made of such rows.
 * What is printed can be parsed again and means the same.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum value_type {
	VALUE_SIZE, /* struct bytes, @min to @max bytes */
	VALUE_SPAN, /* struct nsec, @min to @max nanoseconds */
	VALUE_AMOUNT, /* struct amount, @min to @max percent or 64K to 64T; @min 0: also 0 bytes */
	VALUE_BUDGET, /* struct kill_budget, `none` or at most @max kills in a time */
	VALUE_WORD, /* uint32_t, index into @words */
	VALUE_YES_NO, /* bool */
	VALUE_SIGNAL, /* uint32_t, number of a signal that can be handled */
	VALUE_SOCKET, /* char[POLICY_SOCKET_SIZE], an absolute path; written with escapes */
	VALUE_LIST, /* may be repeated; the table's user stores each */
	VALUE_TYPE_COUNT,
};

struct value_row {
	enum value_type type;
	uint64_t min;
	uint64_t max;
	const char *const *words; /* ended by NULL */
	size_t offset; /* of its place in the struct that the table fills */
};

#define VALUE_EXPECTED_SIZE 256
#define VALUE_TEXT_SIZE 432 /* the longest: a path of which every byte is escaped */

/**
 * value_parse() - store @text in its place of @target
 * @row: not VALUE_LIST
 * @ret_expected: written only with an error: "a time such as 250ms, 5s, 2min, 1h", "64K to 1G"
 *
 * Errors:  -EINVAL for what is no value of the type, -ERANGE for one out of bounds; @target is then
 *          untouched.
 */
int value_parse(const struct value_row *row, const char *text, void *target,
		char ret_expected[static VALUE_EXPECTED_SIZE]);

/* As a file would say it; empty for VALUE_LIST. Return: @text, cut to @size. */
char *value_print(const struct value_row *row, const void *target, char *text, size_t size);
