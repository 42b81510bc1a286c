/*
 * See policy_text.h. Steps and their arguments are tables; what an argument may be is a row as that of a
 * setting.
 */
#include "settings/policy_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "settings/escape.h"
#include "settings/memory.h"
#include "settings/value.h"
#include "settings/words.h"

#define SHOWN_SIZE 80 /* of a bad word in a message */
#define NAMES_SIZE 160
#define PERCENT_MAX 10000 /* a hundred times the limit: beyond that a digit was typed twice */
#define MSEC NSEC_PER_MSEC
#define SEC NSEC_PER_SEC
#define HOUR (3600 * NSEC_PER_SEC)
#define IN_STEP(member) offsetof(struct policy_step, member)
#define ARGUMENTS_MAX 3

struct argument_row {
	const char *name; /* NULL ends the row's arguments */
	struct value_row value; /* stored in struct policy_step */
	const char *default_text; /* NULL: none is stored */
	bool required;
};

struct step_row {
	const char *name;
	struct argument_row arguments[ARGUMENTS_MAX + 1];
};

#define TIMEOUT(min, text)                                                                         \
	{                                                                                          \
		"timeout", { VALUE_SPAN, (min), 600 * SEC, NULL, IN_STEP(timeout) }, text, false   \
	}

static const struct step_row step_rows[STEP_KIND_COUNT] = {
	[STEP_KILL] = { "kill",
			{ TIMEOUT(10 * MSEC, "1s"),
			  { "via",
			    { VALUE_WORD, 0, 0, policy_via_names, IN_STEP(via) },
			    "signal",
			    false } } },
	[STEP_RAISE_LIMIT] = { "raise-limit",
			       { { "by",
				   { VALUE_AMOUNT, 1, PERCENT_MAX, NULL, IN_STEP(by) },
				   NULL,
				   true },
				 { "max",
				   { VALUE_AMOUNT, 101, PERCENT_MAX, NULL, IN_STEP(max) },
				   NULL,
				   false },
				 { "for",
				   { VALUE_SPAN, 100 * MSEC, 24 * HOUR, NULL, IN_STEP(hold_for) },
				   "30s",
				   false } } },
	[STEP_KERNEL] = { "kernel", { { .name = NULL } } },
	[STEP_TERMINATE] = { "terminate",
			     { { "signal",
				 { VALUE_SIGNAL, 0, 0, NULL, IN_STEP(signal_number) },
				 "SIGTERM",
				 false },
			       { "grace",
				 { VALUE_SPAN, 100 * MSEC, HOUR, NULL, IN_STEP(grace) },
				 "2s",
				 false },
			       { "reserve",
				 { VALUE_AMOUNT, 1, 100, NULL, IN_STEP(reserve) },
				 "16M",
				 false } } },
	[STEP_KILL_GROUP] = { "kill-group", { TIMEOUT(10 * MSEC, "2s") } },
	[STEP_FREEZE] = { "freeze",
			  { { "for",
			      { VALUE_SPAN, 100 * MSEC, HOUR, NULL, IN_STEP(hold_for) },
			      "30s",
			      false } } },
	[STEP_HOOK] = { "hook",
			{ { "socket", { VALUE_SOCKET, 0, 0, NULL, IN_STEP(socket) }, NULL, true },
			  TIMEOUT(100 * MSEC, "5s") } },
};

static const struct step_row *step_row_find(const char *name)
{
	for (size_t i = 0; i < STEP_KIND_COUNT; i++)
		if (strcmp(step_rows[i].name, name) == 0)
			return &step_rows[i];
	return NULL;
}

static struct policy_step step_of_row(const struct step_row *row)
{
	struct policy_step step = { .kind = (uint32_t)(row - step_rows) };
	char expected[VALUE_EXPECTED_SIZE];

	for (const struct argument_row *argument = row->arguments; argument->name; argument++)
		if (argument->default_text)
			/* The texts are ours: a unit test reads every one. */
			(void)value_parse(&argument->value, argument->default_text, &step,
					  expected);
	return step;
}

struct policy_step policy_default_step(enum step_kind kind)
{
	return step_of_row(&step_rows[kind]);
}

static char *step_names(char text[static NAMES_SIZE])
{
	struct words words = { .text = text, .size = NAMES_SIZE };

	for (size_t i = 0; i < STEP_KIND_COUNT; i++)
		words_add(&words, "%s", step_rows[i].name);
	return words_end(&words);
}

static char *argument_names(const struct step_row *row, char text[static NAMES_SIZE])
{
	struct words words = { .text = text, .size = NAMES_SIZE };

	for (const struct argument_row *argument = row->arguments; argument->name; argument++)
		words_add(&words, "%s=", argument->name);
	if (!words.count)
		words_add(&words, "no argument");
	return words_end(&words);
}

struct step_reading {
	const struct step_row *row;
	const struct problem_site *site;
	struct policy_step step;
	unsigned int seen; /* a bit for each argument that had its turn */
	bool bad;
};

__attribute__((format(printf, 2, 3))) static void reading_refuse(struct step_reading *reading,
								 const char *format, ...)
{
	char text[2 * VALUE_EXPECTED_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	problem_site_error(reading->site, "%s", text);
	reading->bad = true;
}

static void argument_store(struct step_reading *reading, const struct argument_row *argument,
			   const char *value)
{
	char expected[VALUE_EXPECTED_SIZE];
	char shown[SHOWN_SIZE];
	int ret = value_parse(&argument->value, value, &reading->step, expected);

	if (ret < 0)
		reading_refuse(reading, "'%s=%s' is %s, expected %s", argument->name,
			       text_escape(value, shown, sizeof(shown)),
			       ret == -ERANGE ? "out of range" : "not understood", expected);
}

/* @word is `name=value`, split here. */
static void step_argument(struct step_reading *reading, char *word)
{
	const struct step_row *row = reading->row;
	const struct argument_row *argument = row->arguments;
	char names[NAMES_SIZE];
	char shown[SHOWN_SIZE];
	char *value = strchr(word, '=');
	unsigned int bit;

	text_escape(word, shown, sizeof(shown));
	if (value)
		*value++ = '\0';
	while (argument->name && strcmp(argument->name, word) != 0)
		argument++;
	bit = 1U << (argument - row->arguments);
	if (!argument->name || !value)
		reading_refuse(reading, "'%s' is not an argument of %s, expected %s", shown,
			       row->name, argument_names(row, names));
	else if (reading->seen & bit)
		reading_refuse(reading, "%s= of %s is given again, expected once", argument->name,
			       row->name);
	else
		argument_store(reading, argument, value);
	reading->seen |= bit;
}

/* An empty value is none of any type: parsing it tells what would be one. */
static void step_missing(struct step_reading *reading)
{
	const struct argument_row *argument = reading->row->arguments;
	char expected[VALUE_EXPECTED_SIZE];

	for (unsigned int bit = 1; argument->name; argument++, bit <<= 1)
		if (argument->required && !(reading->seen & bit)) {
			(void)value_parse(&argument->value, "", &reading->step, expected);
			reading_refuse(reading, "%s lacks %s=, expected %s", reading->row->name,
				       argument->name, expected);
		}
}

/*
 * A ceiling that one loan alone would break is a mistake of whoever wrote it. A percentage is one of the
 * limit that is there already, without max= twice that limit; of two sizes only the difference is known.
 */
static void step_ceiling(struct step_reading *reading)
{
	const struct policy_step *step = &reading->step;
	struct amount max = step->max;

	if (step->kind != STEP_RAISE_LIMIT || reading->bad)
		return;
	if (!max.value)
		max = (struct amount){ .value = 200, .percent = 1 };
	if (step->by.percent && max.percent && max.value < 100 + step->by.value)
		reading_refuse(reading,
			       "max=%" PRIu64 "%% is below the limit and by=%" PRIu64
			       "%% together, expected at least max=%" PRIu64 "%%",
			       max.value, step->by.value, 100 + step->by.value);
	else if (!step->by.percent && !max.percent && max.value <= step->by.value)
		reading_refuse(reading, "the ceiling max= is below by=, expected the limit and "
					"by= together or more");
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
	return row;
}

int policy_parse_step(const char *text, const struct problem_site *site,
		      struct policy_step *ret_step)
{
	char *copy = memory_copy_text(text);
	char *rest = copy;
	char *word = escape_word(&rest);
	struct step_reading reading = { .row = step_head(word ? word : "", site), .site = site };

	if (reading.row) {
		reading.step = step_of_row(reading.row);
		while ((word = escape_word(&rest)))
			step_argument(&reading, word);
		step_missing(&reading);
		step_ceiling(&reading);
	}
	free(copy);
	if (!reading.row || reading.bad)
		return -EINVAL;
	*ret_step = reading.step;
	return 0;
}

const char *policy_describe_kind(uint32_t kind)
{
	return kind < STEP_KIND_COUNT ? step_rows[kind].name : "?";
}

/* Of an amount that is neither given nor a default, there is nothing to say. */
static bool is_unset(const struct argument_row *argument, const struct policy_step *step)
{
	const void *place = (const char *)step + argument->value.offset;

	return argument->value.type == VALUE_AMOUNT && !((const struct amount *)place)->value;
}

char *policy_describe_step(const struct policy_step *step, char *text, size_t size)
{
	char value[VALUE_TEXT_SIZE];
	size_t used = (size_t)snprintf(text, size, "%s", policy_describe_kind(step->kind));

	if (step->kind >= STEP_KIND_COUNT)
		return text;
	for (const struct argument_row *at = step_rows[step->kind].arguments; at->name; at++)
		if (used < size && !is_unset(at, step))
			used += (size_t)snprintf(text + used, size - used, " %s=%s", at->name,
						 value_print(&at->value, step, value,
							     sizeof(value)));
	return text;
}
