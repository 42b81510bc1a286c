/*
 * `oomhandlerctl status`: the verdict, then what it rests on, most important first. With the daemon dead
 * the page it left is shown all the same.
 */
#include "ctl/ctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "ctl/episode.h"
#include "ctl/loan.h"
#include "ctl/measure.h"
#include "ctl/table.h"
#include "ctl/view.h"

#define EPISODES_SHOWN 5

static const char *yes_no(const struct json_object *object, const char *key)
{
	return document_flag(object, key) ? "yes" : "no";
}

static const char *supervisor_state(const struct view *view)
{
	if (view->alive == ALIVE_NO || view->gone)
		return ", not running";
	return view->silent ? ", silent" : "";
}

static void print_programs(const struct view *view)
{
	const struct json_object *root = view->page.root;
	const struct json_object *handler = document_object(root, "handler");
	const struct json_object *guardian = document_object(root, "guardian");

	printf("guardian    pid %" PRIu64
	       ", scheduling %s, locked %s, safe from the kernel's killer "
	       "%s; %" PRIu64 " hand-backs, %" PRIu64 " overdue\n",
	       document_count(root, "pid"), document_text(guardian, "scheduling"),
	       yes_no(guardian, "locked"), yes_no(guardian, "oom_protected"),
	       document_count(guardian, "hand_backs"), document_count(guardian, "overdue"));
	printf("handler     pid %" PRIu64 ", %s, scheduling %s, locked %s, safe from the kernel's "
	       "killer %s; start %" PRIu64 ", %" PRIu64 " page faults\n",
	       document_count(root, "handler_pid"), document_flag(handler, "up") ? "up" : "down",
	       document_text(handler, "scheduling"), yes_no(handler, "locked"),
	       yes_no(handler, "oom_protected"), document_count(handler, "generation"),
	       document_count(handler, "page_faults"));
	printf("supervisor  pid %" PRIu64 "%s\n", document_count(root, "supervisor_pid"),
	       supervisor_state(view));
}

/* What has failed is told with its reason; what is merely not there, doctor tells. */
static void print_board(const struct json_object *board, const char *what)
{
	char ago[HUMAN_SIZE];

	if (strcmp(document_text(board, "state"), "failed") != 0)
		return;
	printf("  %s %s failed: %s; %" PRIu64 " times so far, tried %s ago\n", what,
	       document_text(board, "name"), document_text(board, "error"),
	       document_count(board, "failures"), measure_msec(board, "tried_ago_msec", ago));
}

static void print_sources(const struct json_object *root)
{
	printf("decisions   from snapshots by %s, kills by %s\n", document_text(root, "source"),
	       document_text(root, "kill_method"));
	for (size_t i = 0; i < document_length(root, "sources"); i++)
		print_board(document_item(root, "sources", i), "snapshot by");
	print_board(document_object(root, "kill"), "kill by");
}

static void print_counts(const struct json_object *root)
{
	const struct json_object *counts = document_object(root, "counts");

	printf("groups      %" PRIu64 " armed, %" PRIu64 " held, %" PRIu64 " refused\n",
	       document_count(counts, "armed"), document_count(counts, "held"),
	       document_count(counts, "refused"));
	printf("episodes    %" PRIu64 ", %" PRIu64 " processes killed, %" PRIu64
	       " handed back to the kernel, %" PRIu64 " records dropped\n",
	       document_count(counts, "episodes"), document_count(counts, "kills"),
	       document_count(counts, "handed_back"), document_count(counts, "outcomes_dropped"));
}

static void print_config(const struct json_object *root)
{
	const struct json_object *config = document_object(root, "config");

	printf("config      %s, %" PRIu64 " %s, last reload %s\n", document_text(config, "file"),
	       document_count(config, "policies"),
	       document_count(config, "policies") == 1 ? "policy" : "policies",
	       document_text(config, "last_reload"));
	for (size_t i = 0; i < document_length(config, "problems"); i++)
		printf("  %s\n", document_item_text(config, "problems", i));
}

/* Stranded, refused, failed and handed-back groups: those an operator may have to do something about. */
static void print_troubled_groups(const struct json_object *root)
{
	static const struct table_column columns[] = {
		{ "CGROUP", TABLE_FLEXIBLE },
		{ "STATE", TABLE_LEFT },
		{ "WHY", TABLE_LEFT },
		{ NULL, TABLE_LEFT },
	};
	static const char *const states[] = { "stranded", "refused", "failed", "handed-back" };
	struct table table;

	table_init(&table, columns);
	for (size_t i = 0; i < document_length(root, "groups"); i++) {
		const struct json_object *group = document_item(root, "groups", i);
		const char *state = document_text(group, "state");
		bool troubled = false;

		for (size_t j = 0; j < sizeof(states) / sizeof(states[0]); j++)
			troubled = troubled || strcmp(state, states[j]) == 0;
		if (!troubled)
			continue;
		table_add(&table, "%s", document_text(group, "cgroup"));
		table_add(&table, "%s", state);
		table_add(&table, "%s",
			  document_text(group, document_has(group, "error") ? "error" : "reason"));
	}
	if (table.cell_count)
		puts("\nNot armed, or in trouble:");
	table_print(&table, 2, stdout);
	table_done(&table);
}

static void print_loans(const struct json_object *root)
{
	char loan[LOAN_TEXT_SIZE];
	bool first = true;

	for (size_t i = 0; i < document_length(root, "groups"); i++) {
		const struct json_object *group = document_item(root, "groups", i);

		if (!*loan_describe(group, loan))
			continue;
		if (first)
			puts("\nLent:");
		first = false;
		printf("  %s  %s\n", document_text(group, "cgroup"), loan);
	}
}

static void print_idle_policies(const struct json_object *root)
{
	bool first = true;

	for (size_t i = 0; i < document_length(root, "policies"); i++) {
		const struct json_object *policy = document_item(root, "policies", i);

		if (document_count(policy, "groups"))
			continue;
		if (first)
			puts("\nPolicies that match nothing:");
		first = false;
		printf("  %s (%s)\n", document_text(policy, "name"), document_text(policy, "file"));
	}
}

static void print_recent(const struct json_object *root)
{
	size_t count = document_length(root, "recent");
	size_t first = count > EPISODES_SHOWN ? count - EPISODES_SHOWN : 0;

	if (count)
		puts("\nRecent episodes:");
	for (size_t i = first; i < count; i++) {
		fputs("  ", stdout);
		episode_print_line(document_item(root, "recent", i), stdout);
	}
}

enum exit_code status_run(const struct ctl *ctl)
{
	struct view view;
	enum exit_code code = view_open(ctl, &view);

	if (code != EXIT_CODE_OK)
		return code;
	if (ctl->json) {
		struct json_object *answer = view_to_json(&view);

		json_object_object_add(answer, "page", json_object_get(view.page.root));
		ctl_print_json(answer);
	} else {
		printf("%s.\n\n", view.verdict);
		print_programs(&view);
		print_sources(view.page.root);
		print_counts(view.page.root);
		print_config(view.page.root);
		print_troubled_groups(view.page.root);
		print_loans(view.page.root);
		print_idle_policies(view.page.root);
		print_recent(view.page.root);
	}
	code = view.code;
	view_done(&view);
	return code;
}
