/* `oomhandlerctl list`: one line per group the daemon knows, refused ones included. */
#include "ctl/ctl.h"

#include <inttypes.h>
#include <stdio.h>

#include <json-c/json.h>

#include "ctl/table.h"
#include "ctl/view.h"
#include "settings/human.h"

static void add_size(struct table *table, const struct json_object *group, const char *key)
{
	char text[HUMAN_SIZE];

	table_add(table, "%s",
		  document_has(group, key)
			  ? human_limit((struct bytes){ .count = document_count(group, key) }, text)
			  : "-");
}

/* How much of the limit before it is lent. */
static void add_loan(struct table *table, const struct json_object *group)
{
	const struct json_object *lent = document_object(group, "lent");
	uint64_t found = document_count(lent, "found"), set = document_count(lent, "set");
	char text[HUMAN_SIZE];

	table_add(table, "%s",
		  lent && set > found ? human_bytes((struct bytes){ .count = set - found }, text)
				      : "-");
}

static void add_text(struct table *table, const struct json_object *group, const char *key)
{
	table_add(table, "%s", document_has(group, key) ? document_text(group, key) : "-");
}

static void print_groups(const struct json_object *root)
{
	static const struct table_column columns[] = {
		{ "CGROUP", TABLE_FLEXIBLE }, { "ROLE", TABLE_LEFT },	   { "STATE", TABLE_LEFT },
		{ "POLICY", TABLE_LEFT },     { "LIMIT", TABLE_RIGHT },	   { "LENT", TABLE_RIGHT },
		{ "USAGE", TABLE_RIGHT },     { "EPISODES", TABLE_RIGHT }, { "KILLS", TABLE_RIGHT },
		{ "REASON", TABLE_FLEXIBLE }, { NULL, TABLE_LEFT },
	};
	struct table table;

	table_init(&table, columns);
	for (size_t i = 0; i < document_length(root, "groups"); i++) {
		const struct json_object *group = document_item(root, "groups", i);

		table_add(&table, "%s", document_text(group, "cgroup"));
		table_add(&table, "%s", document_text(group, "role"));
		table_add(&table, "%s", document_text(group, "state"));
		add_text(&table, group, "policy");
		add_size(&table, group, "limit");
		add_loan(&table, group);
		add_size(&table, group, "usage");
		table_add(&table, "%" PRIu64, document_count(group, "episodes"));
		table_add(&table, "%" PRIu64, document_count(group, "kills"));
		table_add(&table, "%s",
			  document_text(group, document_has(group, "error") ? "error" : "reason"));
	}
	table_print(&table, 0, stdout);
	table_done(&table);
}

enum exit_code list_run(const struct ctl *ctl)
{
	struct view view;
	enum exit_code code = view_open(ctl, &view);

	if (code != EXIT_CODE_OK)
		return code;
	if (ctl->json) {
		struct json_object *answer = view_to_json(&view);

		json_object_object_add(answer, "groups",
				       json_object_get(document_object(view.page.root, "groups")));
		ctl_print_json(answer);
	} else {
		print_groups(view.page.root);
	}
	/* A list is an answer also when something is degraded; a stale one must not pass for fresh. */
	if (view_is_stale(&view))
		fprintf(stderr, CTL_NAME ": %s\n", view.verdict);
	code = view.alive == ALIVE_NO ? EXIT_CODE_UNREACHABLE : EXIT_CODE_OK;
	view_done(&view);
	return code;
}
