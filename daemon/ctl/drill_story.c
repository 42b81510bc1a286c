/*
 * The end of a drill: what it must have proved, as a table of checks, and the telling. Three witnesses
 * have to agree: the processes themselves, the kernel's counters, and the daemon's record.
 */
#include "ctl/drill.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <json-c/json.h>

#include "ctl/ctl.h"
#include "ctl/episode.h"
#include "ctl/table.h"
#include "settings/human.h"

static bool hog_was_killed(const struct drill *drill)
{
	int status = drill->group.process[DRILL_HOG].status;

	return !drill->alive[DRILL_HOG] && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static bool small_lives(const struct drill *drill)
{
	return drill->alive[DRILL_SMALL];
}

static bool middle_lives(const struct drill *drill)
{
	return drill->alive[DRILL_MIDDLE];
}

static bool kernel_killed_nothing(const struct drill *drill)
{
	return drill->before.kills == drill->after.kills;
}

static bool record_says_resolved(const struct drill *drill)
{
	return strcmp(document_text(drill->episode, "kind"), "resolved") == 0;
}

static bool record_names_hog_alone(const struct drill *drill)
{
	return document_length(drill->episode, "victims") == 1 &&
	       document_count(document_item(drill->episode, "victims", 0), "pid") ==
		       (uint64_t)drill->group.process[DRILL_HOG].known_as;
}

static bool record_says_kill(const struct drill *drill)
{
	return document_length(drill->episode, "steps") == 1 &&
	       strcmp(document_text(document_item(drill->episode, "steps", 0), "step"), "kill") ==
		       0;
}

static bool killer_is_back(const struct drill *drill)
{
	return drill->stopped_in_order && !drill->after.kill_disabled && !drill->after.under_oom;
}

static const struct proof {
	const char *text;
	bool (*holds)(const struct drill *drill);
} proofs[] = {
	{ "drill-hog died of SIGKILL", hog_was_killed },
	{ "drill-small lives", small_lives },
	{ "drill-middle lives", middle_lives },
	{ "the kernel's killer killed nothing (oom_kill unchanged)", kernel_killed_nothing },
	{ "the daemon's record says: resolved", record_says_resolved },
	{ "it names drill-hog as the only victim", record_names_hog_alone },
	{ "it needed the step kill and no other", record_says_kill },
	{ "the daemon stopped and gave the group back as it was", killer_is_back },
};
#define PROOF_COUNT (sizeof(proofs) / sizeof(proofs[0]))

bool drill_story_passes(const struct drill *drill)
{
	bool all = drill->complete;

	for (size_t i = 0; all && i < PROOF_COUNT; i++)
		all = proofs[i].holds(drill);
	return all;
}

static const char *fate_of(const struct drill *drill, enum drill_role role, char text[static 32])
{
	int status = drill->group.process[role].status;

	if (drill->alive[role])
		return "alive";
	if (WIFSIGNALED(status))
		snprintf(text, 32, "killed by signal %d", WTERMSIG(status));
	else
		snprintf(text, 32, "exited %d", WEXITSTATUS(status));
	return text;
}

static void print_survivors(const struct drill *drill)
{
	static const struct table_column columns[] = {
		{ "PROCESS", TABLE_LEFT },
		{ "PID", TABLE_RIGHT },
		{ "NOW", TABLE_LEFT },
		{ NULL, TABLE_LEFT },
	};
	struct table table;
	char fate[32];

	puts("\nAfterwards");
	table_init(&table, columns);
	for (int role = 0; role < DRILL_ROLE_COUNT; role++) {
		table_add(&table, "%s", drill_names[role]);
		table_add(&table, "%d", drill->group.process[role].known_as);
		table_add(&table, "%s", fate_of(drill, (enum drill_role)role, fate));
	}
	table_print(&table, 4, stdout);
	table_done(&table);
	printf("  the kernel's own kills in the group: %" PRIu64 " before, %" PRIu64 " after\n",
	       drill->before.kills, drill->after.kills);
}

void drill_story_print(const struct drill *drill)
{
	if (drill->episode) {
		putchar('\n');
		episode_print_story(drill->episode, stdout);
	}
	if (!drill->complete) {
		/* The log follows on stderr: what belongs together stays in order. */
		(void)fflush(stdout);
		fprintf(stderr, CTL_NAME ": drill: %s\n", drill->failure);
		return;
	}
	print_survivors(drill);
	puts("\nProved");
	for (size_t i = 0; i < PROOF_COUNT; i++)
		printf("  %-4s  %s\n", proofs[i].holds(drill) ? "yes" : "NO", proofs[i].text);
	puts(drill_story_passes(drill)
		     ? "\nThe drill passed: the hog alone died, by the daemon's hand."
		     : "\nThe drill FAILED.");
}

static struct json_object *processes_to_json(const struct drill *drill)
{
	struct json_object *list = json_object_new_array();

	for (int role = 0; role < DRILL_ROLE_COUNT; role++) {
		const struct drill_process *process = &drill->group.process[role];
		struct json_object *object = json_object_new_object();
		bool signalled = !drill->alive[role] && WIFSIGNALED(process->status);

		json_object_object_add(object, "name", json_object_new_string(drill_names[role]));
		json_object_object_add(object, "pid", json_object_new_int(process->known_as));
		json_object_object_add(object, "alive",
				       json_object_new_boolean(drill->alive[role]));
		json_object_object_add(object, "signal",
				       signalled ? json_object_new_int(WTERMSIG(process->status))
						 : NULL);
		json_object_array_add(list, object);
	}
	return list;
}

static struct json_object *proofs_to_json(const struct drill *drill)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < PROOF_COUNT; i++) {
		struct json_object *object = json_object_new_object();

		json_object_object_add(object, "text", json_object_new_string(proofs[i].text));
		json_object_object_add(object, "holds",
				       json_object_new_boolean(proofs[i].holds(drill)));
		json_object_array_add(list, object);
	}
	return list;
}

/* What an incomplete drill did not reach is null. */
void drill_story_print_json(const struct drill *drill)
{
	struct json_object *object = json_object_new_object();
	bool complete = drill->complete;

	json_object_object_add(object, "passed",
			       json_object_new_boolean(drill_story_passes(drill)));
	json_object_object_add(object, "failure",
			       complete ? NULL : json_object_new_string(drill->failure));
	json_object_object_add(object, "cgroup", json_object_new_string(drill->group.name));
	json_object_object_add(object, "limit",
			       json_object_new_uint64(bytes_from_mib(DRILL_LIMIT_MIB).count));
	json_object_object_add(object, "armed_after_usec",
			       json_object_new_uint64(drill->armed_after.count / NSEC_PER_USEC));
	json_object_object_add(object, "processes", complete ? processes_to_json(drill) : NULL);
	json_object_object_add(object, "kernel_kills_before",
			       complete ? json_object_new_uint64(drill->before.kills) : NULL);
	json_object_object_add(object, "kernel_kills_after",
			       complete ? json_object_new_uint64(drill->after.kills) : NULL);
	json_object_object_add(object, "proofs", complete ? proofs_to_json(drill) : NULL);
	json_object_object_add(object, "episode",
			       json_object_get((struct json_object *)drill->episode));
	ctl_print_json(object);
}
