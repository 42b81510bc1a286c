/*
 * What is wanted of every group: which are managed, under which policy, which are refused and why, and
 * which are relatives of a managed one. Nothing is published here.
 */
#pragma once

#include "supervisor/eligible.h"
#include "supervisor/policies.h"
#include "supervisor/tree.h"

#define PLAN_RELEASED "released by the operator" /* the refusal of such a group */

enum plan_scope {
	PLAN_NEW, /* ask only whether groups that are new or renamed are eligible */
	PLAN_LIMITLESS, /* ... and those that had no limit, or could not be looked at */
	PLAN_ALL, /* ask for all again: processes move, limits go */
};

struct planner {
	const struct tables *tables; /* borrowed for the program's life, as all of these */
	struct tree *tree;
	const struct policy_set *set;
	const struct policies *policies;
	int mount; /* descriptor of the hierarchy's mount point */
};

/* Plans the whole tree. */
void plan_make(const struct planner *planner, enum plan_scope scope);

/* Refuses a group that had looked eligible; holds until the group is asked again. */
void plan_refuse(struct node *node, const char *refusal);
