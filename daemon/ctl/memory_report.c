/* See memory_report.h. */
#include "ctl/memory_report.h"

#include <inttypes.h>

#include "shared/knobs.h"
#include "ctl/document.h"
#include "ctl/measure.h"
#include "ctl/table.h"

#define INDENT 4
#define PER_LINE 4

static void add_counter(struct table *table, const char *name, const struct json_object *counter)
{
	char size[HUMAN_SIZE];

	table_add(table, "%s", name);
	table_add(table, "%s", measure_bytes(counter, "usage", size));
	table_add(table, "%s", measure_limit(counter, "limit", size));
	table_add(table, "%" PRIu64, document_count(counter, "failcnt"));
}

static void print_counters(const struct json_object *record, FILE *out)
{
	static const struct table_column columns[] = {
		{ "COUNTER", TABLE_LEFT },  { "USAGE", TABLE_RIGHT }, { "LIMIT", TABLE_RIGHT },
		{ "REFUSED", TABLE_RIGHT }, { NULL, TABLE_LEFT },
	};
	const struct json_object *memory = document_object(record, "memory");
	struct table table;
	char size[HUMAN_SIZE];

	table_init(&table, columns);
	add_counter(&table, "memory", record);
	if (document_has(record, "memsw"))
		add_counter(&table, "memory+swap", document_object(record, "memsw"));
	if (document_has(memory, "kernel")) {
		table_add(&table, "kernel");
		table_add(&table, "%s", measure_bytes(memory, "kernel", size));
		table_add(&table, "-");
		table_add(&table, "-");
	}
	table_print(&table, INDENT, out);
	table_done(&table);
}

static void print_stat(const struct json_object *memory, FILE *out)
{
	static const char *const keys[] = {
		"cache",       "rss",		"rss_huge",    "shmem",	      "mapped_file",
		"dirty",       "writeback",	"swap",	       "unevictable", "inactive_anon",
		"active_anon", "inactive_file", "active_file",
	};
	const size_t count = sizeof(keys) / sizeof(keys[0]);
	char size[HUMAN_SIZE];

	fputs("  " KNOB_FILE_STAT "\n", out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%*s%s %s%s", i % PER_LINE ? 0 : INDENT, "", keys[i],
			measure_bytes(memory, keys[i], size),
			i % PER_LINE + 1 < PER_LINE && i + 1 < count ? ", " : "\n");
}

void memory_report_print(const struct json_object *record, FILE *out)
{
	fprintf(out, "  counters    of %s\n", document_text(record, "limit_cgroup"));
	print_counters(record, out);
	if (document_has(record, "memory"))
		print_stat(document_object(record, "memory"), out);
	else
		fputs("  " KNOB_FILE_STAT " was not read in time\n", out);
}
