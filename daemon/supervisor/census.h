/*
 * Everybody who lives in a group and below it, as candidates: what the handler's snapshot is in an
 * episode, made for `explain` from the facts, with the kernel's own lists of members beside them.
 *
 * Context: main loop; opens files of groups, none of processes.
 */
#pragma once

#include "ranking/verdict.h"
#include "shared/inherit.h"
#include "supervisor/groups.h"
#include "supervisor/tree.h"

struct census_question {
	const struct tables *tables; /* borrowed for the call, as all of these */
	const struct groups *groups;
	const struct node *top;
	const struct policy_rules *rules;
	uint32_t unit; /* enum policy_unit */
	int mount; /* descriptor of the hierarchy's mount point */
};

struct census {
	struct candidate *list; /* owner: this struct */
	uint32_t count;
};

/* Takes it; groups that vanish meanwhile have no members. The caller ends it with census_done(). */
void census_take(const struct census_question *question, struct census *ret_census);

void census_done(struct census *census);
