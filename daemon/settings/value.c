/* See value.h. A type is a row of the table at the end: a function that reads and one that prints. */
#include "settings/value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "settings/escape.h"
#include "settings/quantity.h"
#include "settings/signals.h"
#include "settings/words.h"
#include "shared/policy.h"

#define AMOUNT_MIN (64 * BYTES_PER_KIB) /* one page on any machine */
#define AMOUNT_MAX (64 * 1024 * 1024 * BYTES_PER_MIB) /* beyond that a digit was typed twice */
#define WINDOW_MIN NSEC_PER_SEC
#define WINDOW_MAX (24 * 3600 * NSEC_PER_SEC)

struct parsing {
	const struct value_row *row;
	const char *text;
	char *expected;
};

__attribute__((format(printf, 3, 4))) static int refuse(const struct parsing *parsing, int error,
							const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(parsing->expected, VALUE_EXPECTED_SIZE, format, arguments);
	va_end(arguments);
	return error;
}

static bool is_between(uint64_t value, uint64_t min, uint64_t max)
{
	return value >= min && value <= max;
}

static int size_parse(const struct parsing *parsing, void *place)
{
	const struct value_row *row = parsing->row;
	char min[QUANTITY_SIZE], max[QUANTITY_SIZE];
	struct bytes size;
	int ret = units_parse_bytes(parsing->text, &size);

	if (ret == -EINVAL)
		return refuse(parsing, ret, "a size such as 4096, 64K, 64M, 2G");
	if (ret < 0 || !is_between(size.count, row->min, row->max))
		return refuse(parsing, -ERANGE, "%s to %s",
			      quantity_print_bytes((struct bytes){ row->min }, min, sizeof(min)),
			      quantity_print_bytes((struct bytes){ row->max }, max, sizeof(max)));
	*(struct bytes *)place = size;
	return 0;
}

static void size_print(const struct value_row *row, const void *place, char *text, size_t size)
{
	(void)row; /* of every print function: words alone need it */
	quantity_print_bytes(*(const struct bytes *)place, text, size);
}

static int span_parse(const struct parsing *parsing, void *place)
{
	const struct value_row *row = parsing->row;
	char min[QUANTITY_SIZE], max[QUANTITY_SIZE];
	struct nsec span;
	int ret = units_parse_span(parsing->text, &span);

	if (ret == -EINVAL)
		return refuse(parsing, ret, "a time such as 250ms, 5s, 2min, 1h");
	if (ret < 0 || !is_between(span.count, row->min, row->max))
		return refuse(parsing, -ERANGE, "%s to %s",
			      quantity_print_span((struct nsec){ row->min }, min, sizeof(min)),
			      quantity_print_span((struct nsec){ row->max }, max, sizeof(max)));
	*(struct nsec *)place = span;
	return 0;
}

static void span_print(const struct value_row *row, const void *place, char *text, size_t size)
{
	(void)row;
	quantity_print_span(*(const struct nsec *)place, text, size);
}

static int percent_parse(const struct parsing *parsing, uint64_t percent, struct amount *place)
{
	const struct value_row *row = parsing->row;

	if (!is_between(percent, row->min, row->max))
		return refuse(parsing, -ERANGE, "%" PRIu64 "%% to %" PRIu64 "%%", row->min,
			      row->max);
	*place = (struct amount){ .value = percent, .percent = 1 };
	return 0;
}

static int amount_parse(const struct parsing *parsing, void *place)
{
	bool zero = !parsing->row->min;
	const char *rest;
	struct bytes size;
	uint64_t percent;
	int ret = text_to_u64(parsing->text, &rest, &percent);

	if (ret == 0 && strcmp(rest, "%") == 0)
		return percent_parse(parsing, percent, place);
	ret = units_parse_bytes(parsing->text, &size);
	if (ret == -EINVAL)
		return refuse(parsing, ret, "a size such as 64M or a percentage such as %s",
			      parsing->row->min > 100 ? "200%" : "25%");
	if (ret < 0 || !(is_between(size.count, AMOUNT_MIN, AMOUNT_MAX) || (zero && !size.count)))
		return refuse(parsing, -ERANGE, "%s64K to 64T", zero ? "0 or " : "");
	*(struct amount *)place = (struct amount){ .value = size.count };
	return 0;
}

static void amount_print(const struct value_row *row, const void *place, char *text, size_t size)
{
	const struct amount *amount = place;

	(void)row;
	if (amount->percent)
		snprintf(text, size, "%" PRIu64 "%%", amount->value);
	else
		quantity_print_bytes((struct bytes){ amount->value }, text, size);
}

static int budget_parse(const struct parsing *parsing, void *place)
{
	uint64_t most = parsing->row->max, kills = 0;
	struct nsec window = { 0 };
	const char *rest = "";
	int ret;

	if (strcmp(parsing->text, "none") == 0) {
		*(struct kill_budget *)place = (struct kill_budget){ .kills = 0 };
		return 0;
	}
	ret = text_to_u64(parsing->text, &rest, &kills);
	if (ret == 0)
		ret = *rest == '/' ? units_parse_span(rest + 1, &window) : -EINVAL;
	if (ret == -EINVAL)
		return refuse(parsing, ret, "none or a number of kills in a time such as 5/60s");
	if (ret < 0 || !is_between(kills, 1, most) ||
	    !is_between(window.count, WINDOW_MIN, WINDOW_MAX))
		return refuse(parsing, -ERANGE, "1 to %" PRIu64 " kills in 1s to 24h", most);
	*(struct kill_budget *)place =
		(struct kill_budget){ .window = window, .kills = (uint32_t)kills };
	return 0;
}

static void budget_print(const struct value_row *row, const void *place, char *text, size_t size)
{
	const struct kill_budget *budget = place;
	char window[QUANTITY_SIZE];

	(void)row;
	if (budget->kills)
		snprintf(text, size, "%" PRIu32 "/%s", budget->kills,
			 quantity_print_span(budget->window, window, sizeof(window)));
	else
		snprintf(text, size, "none");
}

static int word_parse(const struct parsing *parsing, void *place)
{
	struct words words = { .text = parsing->expected, .size = VALUE_EXPECTED_SIZE };

	for (uint32_t i = 0; parsing->row->words[i]; i++) {
		if (strcmp(parsing->text, parsing->row->words[i]) == 0) {
			*(uint32_t *)place = i;
			return 0;
		}
		words_add(&words, "%s", parsing->row->words[i]);
	}
	words_end(&words);
	return -EINVAL;
}

static void word_print(const struct value_row *row, const void *place, char *text, size_t size)
{
	snprintf(text, size, "%s", row->words[*(const uint32_t *)place]);
}

static int yes_no_parse(const struct parsing *parsing, void *place)
{
	bool yes = strcmp(parsing->text, "yes") == 0;

	if (!yes && strcmp(parsing->text, "no") != 0)
		return refuse(parsing, -EINVAL, "yes or no");
	*(bool *)place = yes;
	return 0;
}

static void yes_no_print(const struct value_row *row, const void *place, char *text, size_t size)
{
	(void)row;
	snprintf(text, size, "%s", *(const bool *)place ? "yes" : "no");
}

static int signal_parse(const struct parsing *parsing, void *place)
{
	uint32_t number;
	int ret = signals_parse(parsing->text, &number);

	if (ret < 0)
		return refuse(parsing, ret,
			      "a signal that can be handled such as SIGTERM, SIGINT, SIGUSR1, 37");
	*(uint32_t *)place = number;
	return 0;
}

static void signal_print(const struct value_row *row, const void *place, char *text, size_t size)
{
	char name[SIGNALS_NAME_SIZE];

	(void)row;
	snprintf(text, size, "%s", signals_name(*(const uint32_t *)place, name));
}

/* A longer text than the longest escaped path is none, whatever stands in it. */
static int socket_parse(const struct parsing *parsing, void *place)
{
	char path[VALUE_TEXT_SIZE];
	size_t length = strlen(parsing->text);

	if (length < sizeof(path)) {
		memcpy(path, parsing->text, length + 1);
		if (*path != '/' || escape_remove(path) < 0)
			return refuse(parsing, -EINVAL,
				      "the absolute path of a socket such as /run/hook.sock");
		length = strlen(path);
	}
	if (length >= POLICY_SOCKET_SIZE)
		return refuse(parsing, -ERANGE, "at most %d bytes", POLICY_SOCKET_SIZE - 1);
	memcpy(place, path, length + 1);
	return 0;
}

static void socket_print(const struct value_row *row, const void *place, char *text, size_t size)
{
	char byte[ESCAPE_BYTE_SIZE];
	size_t used = 0;

	(void)row;
	*text = '\0';
	for (const char *at = place; *at; at++) {
		size_t length = strlen(escape_byte(*at, byte));

		if (used + length >= size)
			return;
		memcpy(text + used, byte, length + 1);
		used += length;
	}
}

static const struct {
	int (*parse)(const struct parsing *parsing, void *place);
	void (*print)(const struct value_row *row, const void *place, char *text, size_t size);
} types[VALUE_TYPE_COUNT] = {
	[VALUE_SIZE] = { size_parse, size_print },
	[VALUE_SPAN] = { span_parse, span_print },
	[VALUE_AMOUNT] = { amount_parse, amount_print },
	[VALUE_BUDGET] = { budget_parse, budget_print },
	[VALUE_WORD] = { word_parse, word_print },
	[VALUE_YES_NO] = { yes_no_parse, yes_no_print },
	[VALUE_SIGNAL] = { signal_parse, signal_print },
	[VALUE_SOCKET] = { socket_parse, socket_print },
};

int value_parse(const struct value_row *row, const char *text, void *target,
		char ret_expected[static VALUE_EXPECTED_SIZE])
{
	const struct parsing parsing = { .row = row, .text = text, .expected = ret_expected };

	return types[row->type].parse(&parsing, (char *)target + row->offset);
}

char *value_print(const struct value_row *row, const void *target, char *text, size_t size)
{
	*text = '\0';
	if (types[row->type].print)
		types[row->type].print(row, (const char *)target + row->offset, text, size);
	return text;
}
