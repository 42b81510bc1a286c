/* See candidates.h. */
#include "ctl/candidates.h"

#include <inttypes.h>

#include "ctl/document.h"
#include "ctl/episode_words.h"
#include "ctl/measure.h"
#include "ctl/table.h"

#define INDENT 4
#define STATE_SIZE 128 /* what the lock says may be cut: somebody else may have written it */

static void add_size(struct table *table, const struct json_object *candidate, const char *key)
{
	char text[HUMAN_SIZE];

	table_add(table, "%s", measure_bytes(candidate, key, text));
}

/* Its tier, and the rule that gave it the place or lifted it. */
static void add_why(struct table *table, const struct json_object *candidate)
{
	const char *tier = episode_tier_meaning(document_text(candidate, "tier"));

	if (document_has(candidate, "rule"))
		table_add(table, "%s (%s)", tier, document_text(candidate, "rule"));
	else
		table_add(table, "%s", tier);
}

static void add_who(struct table *table, const struct json_object *candidate)
{
	table_add(table, "%s", document_text(candidate, "comm"));
	table_add(table, "%" PRIu64, document_count(candidate, "pid"));
	table_add(table, "%" PRIu64, document_count(candidate, "uid"));
	table_add(table, "%" PRId64, document_signed(candidate, "oom_score_adj"));
}

static void add_short(struct table *table, const struct json_object *candidate)
{
	add_who(table, candidate);
	add_size(table, candidate, "rss");
	add_size(table, candidate, "swap");
	add_size(table, candidate, "page_tables");
	add_why(table, candidate);
}

/* How it stood: asleep, in the freezer, its sizes not to the page, its memory's lock not free. */
static void add_state(struct table *table, const struct json_object *candidate)
{
	static const char *const flags[] = { "asleep", "frozen", "estimated" };
	char text[STATE_SIZE] = "";
	size_t used = 0;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (document_flag(candidate, flags[i]))
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
						 used ? ", " : "", flags[i]);
	if (document_has(candidate, "mmap_lock"))
		(void)snprintf(text + used, sizeof(text) - used, "%smmap_lock %s", used ? ", " : "",
			       document_text(candidate, "mmap_lock"));
	table_add(table, "%s", *text ? text : "-");
}

static void add_full(struct table *table, const struct json_object *candidate)
{
	static const char *const sizes[] = { "vm_size", "rss",	       "anon", "file",
					     "shmem",	"page_tables", "swap" };
	const char *exe = document_text(candidate, "exe");
	char age[HUMAN_SIZE];

	add_who(table, candidate);
	table_add(table, "%s", *exe ? exe : "-");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		add_size(table, candidate, sizes[i]);
	table_add(table, "%" PRId64, document_signed(candidate, "badness"));
	table_add(table, "%s", measure_msec(candidate, "age_msec", age));
	add_state(table, candidate);
	table_add(table, "%" PRIu64, document_count(candidate, "sharers"));
	table_add(table, "%s", document_text(candidate, "cgroup"));
	add_why(table, candidate);
}

void candidates_print(const struct json_object *ranking, enum candidates_form form, FILE *out)
{
	static const struct table_column short_columns[] = {
		{ "PROCESS", TABLE_FLEXIBLE }, { "PID", TABLE_RIGHT }, { "UID", TABLE_RIGHT },
		{ "ADJ", TABLE_RIGHT },	       { "RSS", TABLE_RIGHT }, { "SWAP", TABLE_RIGHT },
		{ "TABLES", TABLE_RIGHT },     { "WHY", TABLE_LEFT },  { NULL, TABLE_LEFT },
	};
	static const struct table_column full_columns[] = {
		{ "PROCESS", TABLE_LEFT },  { "PID", TABLE_RIGHT },    { "UID", TABLE_RIGHT },
		{ "ADJ", TABLE_RIGHT },	    { "EXE", TABLE_LEFT },     { "VM", TABLE_RIGHT },
		{ "RSS", TABLE_RIGHT },	    { "ANON", TABLE_RIGHT },   { "FILE", TABLE_RIGHT },
		{ "SHMEM", TABLE_RIGHT },   { "TABLES", TABLE_RIGHT }, { "SWAP", TABLE_RIGHT },
		{ "BADNESS", TABLE_RIGHT }, { "AGE", TABLE_RIGHT },    { "STATE", TABLE_LEFT },
		{ "SHARERS", TABLE_RIGHT }, { "CGROUP", TABLE_LEFT },  { "WHY", TABLE_LEFT },
		{ NULL, TABLE_LEFT },
	};
	struct table table;

	table_init(&table, form == CANDIDATES_FULL ? full_columns : short_columns);
	for (size_t i = 0; i < document_length(ranking, "candidates"); i++) {
		const struct json_object *candidate = document_item(ranking, "candidates", i);

		if (form == CANDIDATES_FULL)
			add_full(&table, candidate);
		else
			add_short(&table, candidate);
	}
	table_print(&table, INDENT, out);
	table_done(&table);
}
