/*
 * A policy file while it is read: with the lines its parts stand on, which only messages need. And the
 * judgement of the whole: what each line alone cannot tell.
 */
#pragma once

#include "settings/options.h"
#include "settings/policy_file.h"
#include "settings/rule.h"

struct policy_draft {
	struct policy_file file; /* first: the option table fills it */
	unsigned int lines[OPTIONS_MAX]; /* of the first value of each row of policy_options */
	unsigned int step_lines[POLICY_STEPS];
	struct rule_sources sources; /* owner: the draft */
};

/**
 * policy_draft_judge() - refuse what is impossible, warn of what is pointless
 * @draft: complete, the implied steps included
 *
 * Impossible: a deadline too short for the steps, a rule in Protect= that meets one in Prefer=. Pointless:
 * no step that frees memory, keys that change nothing, a rule in Avoid= that meets one in Prefer=, a
 * kill-group that has to go round protected processes.
 */
void policy_draft_judge(const struct policy_draft *draft, struct problems *problems);
