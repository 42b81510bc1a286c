/*
 * `oomhandlerctl history`: the recorded episodes, newest last. The history is read one record at a time,
 * twice when only the last ones are wanted: what is held in memory does not grow with the files.
 */
#include "ctl/ctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "ctl/document.h"
#include "ctl/measure.h"
#include "ctl/records.h"
#include "ctl/table.h"
#include "settings/escape.h"
#include "settings/glob.h"

struct filter {
	time_t since; /* CLOCK_REALTIME; 0: from the beginning */
	const char *cgroup; /* pattern, NULL: all */
	uint64_t skip; /* of those that pass: all but the last ones that are wanted */
};

static time_t time_of(const struct json_object *record)
{
	struct tm parts = { .tm_sec = 0 };
	const char *end = strptime(document_text(record, "time"), "%Y-%m-%dT%H:%M:%SZ", &parts);

	return end && !*end ? timegm(&parts) : 0;
}

/* Patterns are about names as they are, and the record has them escaped. */
static bool name_matches(const char *pattern, const char *label)
{
	char *name = strdup(label);
	bool matches = name && escape_remove(name) == 0 && glob_match(pattern, name);

	free(name);
	return matches;
}

static bool filter_passes(const struct filter *filter, const struct json_object *record)
{
	if (filter->since && time_of(record) < filter->since)
		return false;
	return !filter->cgroup || name_matches(filter->cgroup, document_text(record, "cgroup")) ||
	       name_matches(filter->cgroup, document_text(record, "limit_cgroup"));
}

static struct json_object *next_passing(struct records *records, const struct filter *filter)
{
	struct json_object *record;

	while ((record = records_next(records))) {
		if (filter_passes(filter, record))
			return record;
		json_object_put(record);
	}
	return NULL;
}

static void skip_all_but(struct records *records, struct filter *filter, uint64_t limit)
{
	struct json_object *record;
	uint64_t count = 0;

	while ((record = next_passing(records, filter))) {
		json_object_put(record);
		count++;
	}
	records_rewind(records);
	filter->skip = count > limit ? count - limit : 0;
}

/* The last one, and how many there were. */
static void add_victim(struct table *table, const struct json_object *record)
{
	size_t count = document_length(record, "victims");
	const struct json_object *last;

	if (count == 0) {
		table_add(table, "-");
		return;
	}
	last = document_item(record, "victims", count - 1);
	if (count == 1)
		table_add(table, "%s[%" PRIu64 "]", document_text(last, "comm"),
			  document_count(last, "pid"));
	else
		table_add(table, "%s[%" PRIu64 "] +%zu", document_text(last, "comm"),
			  document_count(last, "pid"), count - 1);
}

static void add_row(struct table *table, const struct json_object *record)
{
	size_t steps = document_length(record, "steps");
	char text[HUMAN_SIZE];

	table_add(table, "%s", document_text(record, "time"));
	table_add(table, "%s", document_text(record, "id"));
	table_add(table, "%s", document_text(record, "kind"));
	table_add(table, "%s", document_text(record, "cgroup"));
	add_victim(table, record);
	table_add(table, "%s",
		  steps ? document_text(document_item(record, "steps", steps - 1), "step") : "-");
	table_add(table, "%s",
		  document_has(record, "source") ? document_text(record, "source") : "-");
	table_add(table, "%s", measure_bytes(record, "freed", text));
	table_add(table, "%s", measure_usec(record, "decide_usec", text));
	table_add(table, "%s", measure_usec(record, "resolve_usec", text));
}

static void answer_in_words(struct records *records, struct filter *filter)
{
	static const struct table_column columns[] = {
		{ "TIME", TABLE_LEFT },	      { "ID", TABLE_LEFT },	{ "KIND", TABLE_LEFT },
		{ "CGROUP", TABLE_FLEXIBLE }, { "VICTIM", TABLE_LEFT }, { "STEP", TABLE_LEFT },
		{ "SOURCE", TABLE_LEFT },     { "FREED", TABLE_RIGHT }, { "DECIDE", TABLE_RIGHT },
		{ "RESOLVE", TABLE_RIGHT },   { NULL, TABLE_LEFT },
	};
	struct json_object *record;
	struct table table;

	table_init(&table, columns);
	while ((record = next_passing(records, filter))) {
		if (filter->skip)
			filter->skip--;
		else
			add_row(&table, record);
		json_object_put(record);
	}
	if (table.cell_count)
		table_print(&table, 0, stdout);
	else
		puts("No episode is recorded.");
	table_done(&table);
}

/* As the records come, one a line. */
static void answer_in_json(struct records *records, struct filter *filter)
{
	struct json_object *record;
	const char *comma = "";

	fputs("{ \"records\": [", stdout);
	while ((record = next_passing(records, filter))) {
		if (filter->skip) {
			filter->skip--;
		} else {
			printf("%s\n%s", comma,
			       json_object_to_json_string_ext(record,
							      JSON_C_TO_STRING_NOSLASHESCAPE));
			comma = ",";
		}
		json_object_put(record);
	}
	printf("\n], \"damaged\": %" PRIu64 " }\n", records->file.damaged);
}

/* Before the first record: a pattern that is none must not read as "nothing happened". */
static enum exit_code filter_make(const struct ctl *ctl, struct filter *ret_filter)
{
	const uint64_t span = ctl->since.count / NSEC_PER_SEC;
	const char *reason;

	*ret_filter = (struct filter){ .cgroup = ctl->cgroup };
	if (ctl->cgroup && glob_check(ctl->cgroup, &reason) < 0)
		return ctl_refuse(ctl, EXIT_CODE_USAGE, "--cgroup: %s", reason);
	if (ctl->since_given)
		ret_filter->since = time(NULL) - (time_t)span;
	return EXIT_CODE_OK;
}

enum exit_code history_run(const struct ctl *ctl)
{
	struct filter filter;
	struct records records;
	enum exit_code code = filter_make(ctl, &filter);

	if (code == EXIT_CODE_OK)
		code = records_open(ctl, &records);
	if (code != EXIT_CODE_OK)
		return code;
	if (ctl->limit)
		skip_all_but(&records, &filter, ctl->limit);
	if (ctl->json)
		answer_in_json(&records, &filter);
	else
		answer_in_words(&records, &filter);
	records_done(&records);
	return EXIT_CODE_OK;
}
