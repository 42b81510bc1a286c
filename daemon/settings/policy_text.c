/*
 * See policy_text.h. Steps and their arguments are tables. Steps that the language has but this
 * version does not carry out are rows as well: they get a message of their own instead of a guess.
 */
#include "settings/policy_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "settings/memory.h"
#include "settings/quantity.h"
#include "settings/words.h"

#define SHOWN_SIZE 80 /* of a bad word in a message */
#define NAMES_SIZE 160
#define PERCENT_MAX 10000 /* a hundred times the limit: beyond that a digit was typed twice */
#define SIZE_MIN (64 * BYTES_PER_KIB) /* one page on any machine */
#define SIZE_MAX_BYTES (64 * 1024 * 1024 * BYTES_PER_MIB)
#define ARGUMENTS_MAX 3

enum argument_type {
	ARGUMENT_AMOUNT,
	ARGUMENT_SPAN,
	ARGUMENT_LATER,
};

struct argument_row {
	const char *name; /* NULL ends the row's arguments */
	enum argument_type type;
	size_t offset; /* in struct policy_step */
	bool required;
	uint64_t min; /* percent of an amount, nanoseconds of a span */
	uint64_t max;
	uint64_t default_value;
};

struct step_row {
	const char *name;
	enum step_kind kind; /* STEP_KIND_COUNT: not supported by this version */
	struct argument_row arguments[ARGUMENTS_MAX + 1];
};

static const struct step_row step_rows[] = {
	{ "kill",
	  STEP_KILL,
	  { { "timeout", ARGUMENT_SPAN, offsetof(struct policy_step, timeout), false,
	      10 * NSEC_PER_MSEC, 600 * NSEC_PER_SEC, NSEC_PER_SEC },
	    { .name = "via", .type = ARGUMENT_LATER } } },
	{ "raise-limit",
	  STEP_RAISE_LIMIT,
	  { { "by", ARGUMENT_AMOUNT, offsetof(struct policy_step, by), true, 1, PERCENT_MAX, 0 },
	    { "max", ARGUMENT_AMOUNT, offsetof(struct policy_step, max), false, 101, PERCENT_MAX,
	      0 },
	    { "for", ARGUMENT_SPAN, offsetof(struct policy_step, hold_for), false,
	      100 * NSEC_PER_MSEC, 24 * 3600 * NSEC_PER_SEC, 30 * NSEC_PER_SEC } } },
	{ "kernel", STEP_KERNEL, { { .name = NULL } } },
	{ "terminate", STEP_KIND_COUNT, { { .name = NULL } } },
	{ "kill-group", STEP_KIND_COUNT, { { .name = NULL } } },
	{ "freeze", STEP_KIND_COUNT, { { .name = NULL } } },
	{ "hook", STEP_KIND_COUNT, { { .name = NULL } } },
};

#define STEP_ROWS (sizeof(step_rows) / sizeof(*step_rows))

const char *const policy_mode_names[] = {
	[POLICY_ENFORCE] = "enforce",
	[POLICY_DRY_RUN] = "dry-run",
	[POLICY_IGNORE] = "ignore",
	[POLICY_MODE_COUNT] = NULL,
};

const char *policy_describe_mode(uint32_t mode)
{
	return mode < POLICY_MODE_COUNT ? policy_mode_names[mode] : "?";
}

static const struct step_row *step_row_of(uint32_t kind)
{
	for (size_t i = 0; i < STEP_ROWS; i++)
		if (step_rows[i].kind == kind && kind < STEP_KIND_COUNT)
			return &step_rows[i];
	return NULL;
}

static const struct step_row *step_row_find(const char *name)
{
	for (size_t i = 0; i < STEP_ROWS; i++)
		if (strcmp(step_rows[i].name, name) == 0)
			return &step_rows[i];
	return NULL;
}

static struct policy_step step_of_row(const struct step_row *row)
{
	struct policy_step step = { .kind = row->kind };

	for (const struct argument_row *argument = row->arguments; argument->name; argument++)
		if (argument->type == ARGUMENT_SPAN)
			*(struct nsec *)((char *)&step + argument->offset) =
				(struct nsec){ argument->default_value };
	return step;
}

struct policy_step policy_default_step(enum step_kind kind)
{
	return step_of_row(step_row_of(kind));
}

static char *step_names(char text[static NAMES_SIZE])
{
	struct words words = { .text = text, .size = NAMES_SIZE };

	for (size_t i = 0; i < STEP_ROWS; i++)
		if (step_rows[i].kind < STEP_KIND_COUNT)
			words_add(&words, "%s", step_rows[i].name);
	return words_end(&words);
}

static char *argument_names(const struct step_row *row, char text[static NAMES_SIZE])
{
	struct words words = { .text = text, .size = NAMES_SIZE };

	for (const struct argument_row *argument = row->arguments; argument->name; argument++)
		if (argument->type != ARGUMENT_LATER)
			words_add(&words, "%s=", argument->name);
	if (!words.count)
		words_add(&words, "no argument");
	return words_end(&words);
}

static int parse_amount(const char *text, struct amount *ret_amount)
{
	const char *rest;
	struct bytes size;
	uint64_t percent;
	int ret = text_to_u64(text, &rest, &percent);

	if (ret == 0 && strcmp(rest, "%") == 0) {
		*ret_amount = (struct amount){ .value = percent, .percent = 1 };
		return 0;
	}
	ret = units_parse_bytes(text, &size);
	if (ret == 0)
		*ret_amount = (struct amount){ .value = size.count };
	return ret;
}

/* @shown is the argument as written, escaped. */
static int store_amount(const struct argument_row *row, const char *value, const char *shown,
			const struct problem_site *site, struct amount *ret_amount)
{
	struct amount amount;
	int ret = parse_amount(value, &amount);

	if (ret == -EINVAL) {
		problem_site_error(site, "'%s' is not understood, expected %s=64M or %s=%s", shown,
				   row->name, row->name, row->min > 100 ? "200%" : "25%");
		return -EINVAL;
	}
	if (ret == 0 && amount.percent && (amount.value < row->min || amount.value > row->max)) {
		problem_site_error(site,
				   "'%s' is out of range, expected %" PRIu64 "%% to %" PRIu64 "%%",
				   shown, row->min, row->max);
		return -EINVAL;
	}
	if (ret < 0 ||
	    (!amount.percent && (amount.value < SIZE_MIN || amount.value > SIZE_MAX_BYTES))) {
		problem_site_error(site, "'%s' is out of range, expected 64K to 64T", shown);
		return -EINVAL;
	}
	*ret_amount = amount;
	return 0;
}

static int store_span(const struct argument_row *row, const char *value, const char *shown,
		      const struct problem_site *site, struct nsec *ret_span)
{
	char min[QUANTITY_SIZE];
	char max[QUANTITY_SIZE];
	struct nsec span;
	int ret = units_parse_span(value, &span);

	if (ret == -EINVAL) {
		problem_site_error(site, "'%s' is not understood, expected a time such as %s=5s",
				   shown, row->name);
		return -EINVAL;
	}
	if (ret < 0 || span.count < row->min || span.count > row->max) {
		problem_site_error(site, "'%s' is out of range, expected %s to %s", shown,
				   quantity_print_span((struct nsec){ row->min }, min, sizeof(min)),
				   quantity_print_span((struct nsec){ row->max }, max,
						       sizeof(max)));
		return -EINVAL;
	}
	*ret_span = span;
	return 0;
}

/* @word is `name=value`, split here. @seen: a bit for each argument that had its turn. */
static int step_argument(const struct step_row *row, char *word, unsigned int *seen,
			 const struct problem_site *site, struct policy_step *step)
{
	const struct argument_row *argument = row->arguments;
	char names[NAMES_SIZE];
	char shown[SHOWN_SIZE];
	char *value = strchr(word, '=');

	text_escape(word, shown, sizeof(shown));
	if (value)
		*value++ = '\0';
	while (argument->name && strcmp(argument->name, word) != 0)
		argument++;
	if (!argument->name || !value) {
		problem_site_error(site, "'%s' is not an argument of %s, expected %s", shown,
				   row->name, argument_names(row, names));
		return -EINVAL;
	}
	if (argument->type == ARGUMENT_LATER) {
		problem_site_error(site, "%s= of %s is not supported by this version, expected %s",
				   argument->name, row->name, argument_names(row, names));
		return -EINVAL;
	}
	if (*seen & 1U << (argument - row->arguments)) {
		problem_site_error(site, "%s= of %s is given again, expected once", argument->name,
				   row->name);
		return -EINVAL;
	}
	*seen |= 1U << (argument - row->arguments);

	char *place = (char *)step + argument->offset;

	return argument->type == ARGUMENT_AMOUNT
		       ? store_amount(argument, value, shown, site, (struct amount *)place)
		       : store_span(argument, value, shown, site, (struct nsec *)place);
}

static int step_missing(const struct step_row *row, unsigned int seen,
			const struct problem_site *site)
{
	for (size_t i = 0; row->arguments[i].name; i++)
		if (row->arguments[i].required && !(seen & 1U << i)) {
			problem_site_error(site, "%s lacks %s=, expected e.g. %s=64M or %s=25%%",
					   row->name, row->arguments[i].name,
					   row->arguments[i].name, row->arguments[i].name);
			return -EINVAL;
		}
	return 0;
}

static const struct step_row *step_head(const char *name, const struct problem_site *site)
{
	const struct step_row *row = step_row_find(name);
	char names[NAMES_SIZE];
	char shown[SHOWN_SIZE];

	if (!*name)
		problem_site_error(site, "Step= has no value, expected %s", step_names(names));
	else if (!row)
		problem_site_error(site, "unknown step '%s', expected %s",
				   text_escape(name, shown, sizeof(shown)), step_names(names));
	else if (row->kind == STEP_KIND_COUNT)
		problem_site_error(site, "step %s is not supported by this version, expected %s",
				   row->name, step_names(names));
	return row && row->kind < STEP_KIND_COUNT ? row : NULL;
}

int policy_parse_step(const char *text, const struct problem_site *site,
		      struct policy_step *ret_step)
{
	char *copy = memory_copy_text(text);
	char *rest = NULL;
	char *name = strtok_r(copy, " \t", &rest);
	const struct step_row *row = step_head(name ? name : "", site);
	int ret = row ? 0 : -EINVAL;

	if (row) {
		struct policy_step step = step_of_row(row);
		unsigned int seen = 0;
		char *word;

		while ((word = strtok_r(NULL, " \t", &rest)))
			if (step_argument(row, word, &seen, site, &step) < 0)
				ret = -EINVAL;
		if (step_missing(row, seen, site) < 0)
			ret = -EINVAL;
		if (ret == 0)
			*ret_step = step;
	}
	free(copy);
	return ret;
}

static void describe_argument(const struct argument_row *row, const struct policy_step *step,
			      char *text, size_t size)
{
	const char *place = (const char *)step + row->offset;
	const struct amount *amount = (const struct amount *)place;
	char value[QUANTITY_SIZE];

	*text = '\0';
	if (row->type == ARGUMENT_LATER || (row->type == ARGUMENT_AMOUNT && !amount->value))
		return;
	if (row->type == ARGUMENT_SPAN)
		quantity_print_span(*(const struct nsec *)place, value, sizeof(value));
	else if (amount->percent)
		snprintf(value, sizeof(value), "%" PRIu64 "%%", amount->value);
	else
		quantity_print_bytes((struct bytes){ amount->value }, value, sizeof(value));
	snprintf(text, size, " %s=%s", row->name, value);
}

char *policy_describe_step(const struct policy_step *step, char *text, size_t size)
{
	const struct step_row *row = step_row_of(step->kind);
	char arguments[ARGUMENTS_MAX][2 * QUANTITY_SIZE] = { "", "", "" };

	for (size_t i = 0; row && row->arguments[i].name; i++)
		describe_argument(&row->arguments[i], step, arguments[i], sizeof(arguments[i]));
	snprintf(text, size, "%s%s%s%s", row ? row->name : "?", arguments[0], arguments[1],
		 arguments[2]);
	return text;
}
