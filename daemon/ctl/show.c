/*
 * `oomhandlerctl show CGROUP`: all the page says about one group, named in any of the ways of ctl/group.h.
 */
#include "ctl/ctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "ctl/episode.h"
#include "ctl/group.h"
#include "ctl/loan.h"
#include "ctl/view.h"
#include "settings/human.h"

static void print_size(const struct json_object *group, const char *key)
{
	char text[HUMAN_SIZE];
	const struct bytes size = { .count = document_count(group, key) };

	if (document_has(group, key))
		printf("%-11s %s (%" PRIu64 ")\n", key, human_limit(size, text), size.count);
}

static void print_text(const struct json_object *group, const char *key)
{
	if (document_has(group, key))
		printf("%-11s %s\n", key, document_text(group, key));
}

/* A date in the past is one that is due now. */
static struct nsec msec_of(const struct json_object *object, const char *key)
{
	int64_t msec = document_signed(object, key);

	return nsec_from_msec(msec > 0 ? (uint64_t)msec : 0);
}

static void print_loan(const struct json_object *group)
{
	char loan[LOAN_TEXT_SIZE];

	if (*loan_describe(group, loan))
		printf("lent        %s\n", loan);
}

static void print_group(const struct json_object *group)
{
	static const char *const texts[] = { "cgroup", "role",	 "state", "reason",
					     "error",  "policy", "mode",  "children" };
	char rearm[HUMAN_SIZE];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		print_text(group, texts[i]);
	if (document_has(group, "inherited_from"))
		printf("inherited   from %s\n", document_text(group, "inherited_from"));
	if (document_flag(group, "frozen"))
		puts("frozen      by the daemon, for the time of a step");
	printf("inode       %" PRIu64 "\n", document_count(group, "inode"));
	print_size(group, "limit");
	print_size(group, "usage");
	print_loan(group);
	if (document_has(group, "rearm_in_msec"))
		printf("re-armed    in %s at the earliest\n",
		       human_span(msec_of(group, "rearm_in_msec"), rearm));
	printf("episodes    %" PRIu64 ", %" PRIu64 " processes killed, %" PRIu64 " hand-backs\n",
	       document_count(group, "episodes"), document_count(group, "kills"),
	       document_count(group, "hand_backs"));
	if (document_count(group, "alloc_failures"))
		printf("failures    %" PRIu64 " times allocations failed without a sleeper\n",
		       document_count(group, "alloc_failures"));
}

static bool is_about(const struct json_object *episode, const struct json_object *group)
{
	const char *name = document_text(group, "cgroup");

	return strcmp(document_text(episode, "cgroup"), name) == 0 ||
	       strcmp(document_text(episode, "limit_cgroup"), name) == 0;
}

static void answer_in_json(const struct view *view, struct json_object *group)
{
	struct json_object *answer = view_to_json(view);
	struct json_object *recent = json_object_new_array();

	for (size_t i = 0; i < document_length(view->page.root, "recent"); i++) {
		struct json_object *episode = document_item(view->page.root, "recent", i);

		if (is_about(episode, group))
			json_object_array_add(recent, json_object_get(episode));
	}
	json_object_object_add(answer, "group", json_object_get(group));
	json_object_object_add(answer, "recent", recent);
	ctl_print_json(answer);
}

static void answer_in_words(const struct view *view, const struct json_object *group)
{
	print_group(group);
	for (size_t i = 0; i < document_length(view->page.root, "recent"); i++) {
		const struct json_object *episode = document_item(view->page.root, "recent", i);

		if (!is_about(episode, group))
			continue;
		putchar('\n');
		episode_print_story(episode, stdout);
	}
}

enum exit_code show_run(const struct ctl *ctl)
{
	struct view view;
	enum exit_code code = view_open(ctl, &view);
	struct json_object *group;

	if (code != EXIT_CODE_OK)
		return code;
	group = group_find(&view.page, ctl->arguments[0]);
	if (view_is_stale(&view))
		fprintf(stderr, CTL_NAME ": %s\n", view.verdict);
	if (group && ctl->json)
		answer_in_json(&view, group);
	else if (group)
		answer_in_words(&view, group);
	code = view.alive == ALIVE_NO ? EXIT_CODE_UNREACHABLE : EXIT_CODE_OK;
	if (!group) {
		char *label = group_label(ctl->arguments[0]);

		code = ctl_refuse(ctl, EXIT_CODE_NO_CGROUP,
				  "%s: no policy matches such a group; see " CTL_NAME " list",
				  label);
		free(label);
	}
	view_done(&view);
	return code;
}
