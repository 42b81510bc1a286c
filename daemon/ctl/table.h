/*
 * Columns for people: on a terminal they fit its width (one column gives way), into a pipe everything
 * is printed whole. Cells are copied; they must be printable already.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#define TABLE_COLUMNS 20

struct table_column {
	const char *heading;
	enum {
		TABLE_LEFT,
		TABLE_RIGHT, /* numbers */
		TABLE_FLEXIBLE, /* left; the one that is cut when the line is too long */
	} kind;
};

struct table {
	const struct table_column *columns; /* borrowed; ends with a column without a heading */
	char **cells; /* row by row; owner: this table */
	size_t column_count;
	size_t cell_count;
};

/* @columns: at most TABLE_COLUMNS, borrowed until table_done(). */
void table_init(struct table *table, const struct table_column *columns);

/* The next cell, left to right, top to bottom. A failed allocation ends the program. */
void table_add(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints each line behind @indent blanks. Nothing for a table without rows. */
void table_print(const struct table *table, int indent, FILE *out);

void table_done(struct table *table);
