/*
 * Settings as rows of a table: a setting is one row and nothing else. A row says how its value is
 * read, what is allowed and where it is stored; the messages for an operator, the defaults and the
 * normalised print come from the same row. Two tables: oomhandlerd.conf and policy files.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "settings/problems.h"

enum option_type {
	OPTION_SIZE, /* struct bytes, @min to @max bytes */
	OPTION_SPAN, /* struct nsec, @min to @max nanoseconds */
	OPTION_WORD, /* uint32_t, index into @words */
	OPTION_YES_NO, /* bool */
	OPTION_LIST, /* may be repeated; the table's user stores each value */
	OPTION_LATER, /* of the design, refused: not supported by this version */
	OPTION_TYPE_COUNT,
};

struct option_row {
	const char *section;
	const char *key;
	enum option_type type;
	uint64_t min;
	uint64_t max;
	const char *const *words; /* ended by NULL */
	size_t offset; /* in the struct the table fills */
	const char *default_text; /* NULL: the table's user decides */
	bool reloadable; /* a change takes effect on SIGHUP */
	const char *help; /* one line */
};

struct option_table {
	const struct option_row *rows;
	size_t count;
};

/* At most OPTIONS_MAX rows each. */
#define OPTIONS_MAX 24

extern const struct option_table config_options; /* fills struct config */
extern const struct option_table policy_options; /* fills struct policy_file */

/* Stores one value of an OPTION_LIST row; errors go to @site. */
typedef void option_append_function(void *values, const struct option_row *row, const char *text,
				    const struct problem_site *site);

struct option_target {
	const struct option_table *table;
	void *values; /* the struct the table fills, holding its defaults */
	option_append_function *append; /* NULL for a table without lists */
};

/* Stores every default text of @target's table. */
void options_default(const struct option_target *target);

/**
 * options_load() - read @path strictly into @target
 *
 * Errors:  as ini_load(). The values are then half-written.
 */
int options_load(const char *path, const struct option_target *target, struct problems *problems);

/**
 * option_print() - the value of @row as a file would say it, without the key
 * @row: neither OPTION_LIST nor OPTION_LATER
 *
 * Return:  @text, cut to @size.
 */
char *option_print(const struct option_row *row, const void *values, char *text, size_t size);
