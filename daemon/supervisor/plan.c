/* See plan.h. */
#include "supervisor/plan.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void plan_ask(const struct planner *planner, struct node *node, bool force,
		     enum plan_role former)
{
	const struct eligible_question question = {
		.mount = planner->mount,
		.force = force,
		.published = node->slot != ROSTER_NO_SLOT,
		.ours = { getpid(), (pid_t)atomic_load(&planner->tables->pulse->guardian.pid),
			  (pid_t)atomic_load(&planner->tables->pulse->handler.pid) },
	};

	switch (eligible_ask(&question, node, node->plan.refusal)) {
	case ELIGIBLE_YES:
		node->plan.refusal[0] = '\0';
		node->plan.role = PLAN_MANAGED;
		break;
	case ELIGIBLE_LIMITLESS:
		node->plan.limitless = true;
		/* What inherits a policy and has no limit is the normal case, and nobody has named it. */
		if (node->plan.inherited_from)
			node->plan.refusal[0] = '\0';
		break;
	case ELIGIBLE_NO:
		break;
	case ELIGIBLE_UNKNOWN:
		node->plan.unsure = true;
		if (former != PLAN_MANAGED)
			break;
		node->plan.refusal[0] = '\0';
		node->plan.role = PLAN_MANAGED;
		break;
	case ELIGIBLE_GONE:
		node->plan.refusal[0] = '\0';
		node->plan.matched = false;
		break;
	}
}

/*
 * Without a policy of its own a group falls under the one its parent has, when that one takes its
 * children in. A group that is ignored hands nothing on.
 */
static const struct policy_file *policy_inherited(const struct planner *planner, struct node *node)
{
	const struct plan *above = node->parent ? &node->parent->plan : NULL;
	const struct policy_file *file;

	if (!above || !above->matched)
		return NULL;
	file = &planner->set->files[above->policy % ROSTER_POLICIES];
	if (file->children != POLICY_CHILDREN_INHERIT || file->policy.mode == POLICY_IGNORE)
		return NULL;
	node->plan.inherited_from =
		above->inherited_from ? above->inherited_from : node->parent->inode;
	return file;
}

static void plan_match(const struct planner *planner, struct node *node, const struct plan *old,
		       enum plan_scope scope)
{
	const struct policy_file *file;
	char path[PATH_MAX];
	enum policy_mode mode;

	tree_path(node, path, sizeof(path));
	file = path[0] ? policy_set_match(planner->set, path) : NULL;
	if (!file)
		file = policy_inherited(planner, node);
	if (!file)
		return;
	mode = policies_mode(planner->policies, file);
	node->plan.matched = true;
	node->plan.enforce = mode == POLICY_ENFORCE;
	node->plan.policy = policies_index(planner->policies, planner->set, file);
	if (mode == POLICY_IGNORE) {
		strcpy(node->plan.refusal, "policy says ignore");
		return;
	}
	if (node->released) {
		strcpy(node->plan.refusal, PLAN_RELEASED);
		return;
	}
	/* Another policy may override what the former one refused. */
	if (scope == PLAN_ALL || node->fresh || !old->matched || old->policy != node->plan.policy ||
	    (scope == PLAN_LIMITLESS && (old->limitless || old->unsure))) {
		plan_ask(planner, node, file->force, old->role);
		return;
	}
	node->plan.role = old->role == PLAN_MANAGED ? PLAN_MANAGED : PLAN_NONE;
	node->plan.limitless = old->limitless;
	node->plan.unsure = old->unsure;
	strcpy(node->plan.refusal, old->refusal);
}

static void plan_node(const struct planner *planner, struct node *node, enum plan_scope scope)
{
	const struct plan old = node->plan;
	const struct node *parent = node->parent;

	node->plan = (struct plan){
		.below_managed =
			parent && (parent->plan.below_managed || parent->plan.role == PLAN_MANAGED),
	};
	plan_match(planner, node, &old, scope);
	if (node->plan.role == PLAN_NONE && node->plan.below_managed)
		node->plan.role = PLAN_DESCENDANT;
	node->fresh = false;
	if (scope == PLAN_ALL)
		node->slotless = false;
}

/* A descendant shows the handler as much as an ancestor would, so it stays one. */
static void plan_ancestors(struct node *node)
{
	for (node = node->parent; node && node->parent; node = node->parent)
		if (node->plan.role == PLAN_NONE)
			node->plan.role = PLAN_ANCESTOR;
}

void plan_make(const struct planner *planner, enum plan_scope scope)
{
	struct node *root = planner->tree->root;

	for (struct node *node = root; node; node = tree_next(root, node)) {
		plan_node(planner, node, scope);
		if (node->plan.role == PLAN_MANAGED)
			plan_ancestors(node);
	}
}

void plan_refuse(struct node *node, const char *refusal)
{
	(void)snprintf(node->plan.refusal, sizeof(node->plan.refusal), "%s", refusal);
	node->plan.role = node->plan.below_managed ? PLAN_DESCENDANT : PLAN_NONE;
	node->plan.limitless = false;
	node->plan.unsure = false;
}
