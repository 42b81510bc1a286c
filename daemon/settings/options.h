/*
 * Settings as rows of a table: a setting is one row and nothing else. A row says how its value is
 * read, what is allowed and where it is stored; the messages for an operator, the defaults and the
 * normalised print come from the same row. Two tables: oomhandlerd.conf and policy files.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "settings/problems.h"
#include "settings/value.h"

struct option_row {
	const char *section;
	const char *key;
	struct value_row value; /* stored in the struct the table fills */
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

/* Stores one value of a VALUE_LIST row; errors go to @site. */
typedef void option_append_function(void *values, const struct option_row *row, const char *text,
				    const struct problem_site *site);

struct option_target {
	const struct option_table *table;
	void *values; /* the struct the table fills, holding its defaults */
	option_append_function *append; /* NULL for a table without lists */
	unsigned int
		*lines; /* of the first value of each row, OPTIONS_MAX of them; NULL: not wanted */
};

/* Stores every default text of @target's table but those of lists. */
void options_default(const struct option_target *target);

/**
 * options_load() - read @path strictly into @target
 *
 * The default text of a list is its value when the file has no line of it.
 *
 * Errors:  as ini_load(). The values are then half-written.
 */
int options_load(const char *path, const struct option_target *target, struct problems *problems);

/* The row of @key, which is one of @table. */
const struct option_row *option_find(const struct option_table *table, const char *key);

/* The value of @row as a file would say it, without the key. Return: @text, cut to @size. */
char *option_print(const struct option_row *row, const void *values, char *text, size_t size);
