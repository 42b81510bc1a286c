/*
 * What the doctor asks of the configuration: that the daemon could start with it, and what it says of our
 * programs in the kernel. What is wrong with it in full, and with the policies, says `oomhandlerctl check`.
 */
#include <stdlib.h>

#include "settings/problems.h"
#include "supervisor/outcome_words.h"
#include "supervisor/probe.h"

static void note_problem(struct probe *probe, const struct problem *problem)
{
	char *text = problem_to_text(problem);

	probe_note(probe, "configuration", PROBE_FAILED,
		   "mend it, `oomhandlerctl check` says all that is wrong: the daemon does not "
		   "start with it",
		   "%s", text);
	free(text);
}

void probe_config(struct probe *probe)
{
	const struct command_line *line = probe->line;
	struct config *config = &probe->config;
	struct problems problems = { .count = 0 };

	config_defaults(config);
	if (config_load(line->config, line->config_given, config, &problems) < 0)
		note_problem(probe, &problems.list[0]);
	else
		probe_note(probe, "configuration", PROBE_OK, NULL, "Snapshot=%s, Tracing=%s",
			   outcome_source_name(config->source), config->tracing ? "yes" : "no");
	problems_done(&problems);
}
