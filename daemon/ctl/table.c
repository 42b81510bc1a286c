/* See table.h. */
#include "ctl/table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMN_GAP 2
#define FLEXIBLE_MIN 12 /* narrower than this a name says nothing: then the line may wrap */

static void *or_die(void *memory)
{
	if (memory)
		return memory;
	fputs("oomhandlerctl: out of memory\n", stderr);
	exit(EXIT_FAILURE);
}

void table_init(struct table *table, const struct table_column *columns)
{
	*table = (struct table){ .columns = columns };
	while (columns[table->column_count].heading)
		table->column_count++;
	assert(table->column_count > 0 && table->column_count <= TABLE_COLUMNS);
}

void table_add(struct table *table, const char *format, ...)
{
	va_list arguments;
	char *cell;

	va_start(arguments, format);
	if (vasprintf(&cell, format, arguments) < 0)
		cell = NULL;
	va_end(arguments);
	table->cells = or_die(reallocarray(table->cells, table->cell_count + 1, sizeof(cell)));
	table->cells[table->cell_count++] = or_die(cell);
}

/* 0: no terminal, no bound */
static size_t line_width(FILE *out)
{
	struct winsize size;

	if (!isatty(fileno(out)) || ioctl(fileno(out), TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_col;
}

static void measure(const struct table *table, size_t width[static TABLE_COLUMNS])
{
	for (size_t i = 0; i < table->column_count; i++)
		width[i] = strlen(table->columns[i].heading);
	for (size_t i = 0; i < table->cell_count; i++) {
		size_t length = strlen(table->cells[i]);
		size_t column = i % table->column_count;

		if (width[column] < length)
			width[column] = length;
	}
}

static void squeeze(const struct table *table, size_t bound, size_t width[static TABLE_COLUMNS])
{
	size_t total = 0;

	for (size_t i = 0; i < table->column_count; i++)
		total += width[i] + (i ? COLUMN_GAP : 0);
	for (size_t i = 0; i < table->column_count; i++) {
		size_t excess = total > bound ? total - bound : 0;

		if (table->columns[i].kind != TABLE_FLEXIBLE || width[i] <= FLEXIBLE_MIN)
			continue;
		if (excess > width[i] - FLEXIBLE_MIN)
			excess = width[i] - FLEXIBLE_MIN;
		width[i] -= excess;
		total -= excess;
	}
}

static void print_cell(const char *cell, const struct table_column *column, size_t width, FILE *out)
{
	if (column->kind == TABLE_RIGHT)
		fprintf(out, "%*s", (int)width, cell);
	else if (strlen(cell) > width)
		fprintf(out, "%.*s...", (int)width - 3, cell);
	else
		fprintf(out, "%-*s", (int)width, cell);
}

static void print_row(const struct table *table, char *const *row,
		      const size_t width[static TABLE_COLUMNS], FILE *out)
{
	for (size_t i = 0; i < table->column_count; i++) {
		const struct table_column *column = &table->columns[i];
		const char *cell = row ? row[i] : column->heading;

		if (i)
			fprintf(out, "%*s", COLUMN_GAP, "");
		if (i + 1 == table->column_count && column->kind != TABLE_RIGHT &&
		    strlen(cell) <= width[i])
			fputs(cell, out); /* no blanks at the end of a line */
		else
			print_cell(cell, column, width[i], out);
	}
	fputc('\n', out);
}

void table_print(const struct table *table, int indent, FILE *out)
{
	size_t width[TABLE_COLUMNS];
	size_t bound = line_width(out);

	if (!table->cell_count)
		return;
	assert(table->cell_count % table->column_count == 0);
	measure(table, width);
	if (bound > (size_t)indent)
		squeeze(table, bound - (size_t)indent, width);
	fprintf(out, "%*s", indent, "");
	print_row(table, NULL, width, out);
	for (size_t i = 0; i < table->cell_count; i += table->column_count) {
		fprintf(out, "%*s", indent, "");
		print_row(table, &table->cells[i], width, out);
	}
}

void table_done(struct table *table)
{
	for (size_t i = 0; i < table->cell_count; i++)
		free(table->cells[i]);
	free(table->cells);
	*table = (struct table){ .columns = table->columns, .column_count = table->column_count };
}
