/* See show.h. */
#include "supervisor/show.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "supervisor/report.h"

static void refusal_report(struct node *node, const char *path)
{
	char label[GROUP_LABEL_SIZE];

	/* Most groups are made without a limit and get one a moment later: that is no news. */
	if (node->plan.limitless || strcmp(node->plan.refusal, node->reported) == 0)
		return;
	(void)snprintf(node->reported, sizeof(node->reported), "%s", node->plan.refusal);
	if (node->reported[0])
		report_event(REPORT_REFUSED, "%s: not managed: %s",
			     text_escape(path, label, sizeof(label)), node->reported);
}

/* A managed group that gets no further says why, too. */
static const char *trouble_text(const struct publication *publication, char *text, size_t size)
{
	if (!publication || !publication->trouble || publication->trouble == -EAGAIN ||
	    publication->role != ROSTER_MANAGED)
		return "";
	(void)snprintf(text, size, "waits: %s", strerror(-publication->trouble));
	return text;
}

/* A group that inherits a policy and has no limit is none that policy could do anything for. */
static bool is_matched(const struct plan *plan)
{
	return plan->matched && !(plan->inherited_from && plan->limitless);
}

static void node_show(struct publisher *publisher, const struct policy_set *set, struct node *node)
{
	const struct publication *publication = publish_find(publisher, node);
	bool published = publication && publication->phase != PUBLICATION_PARKED;
	char path[PATH_MAX], trouble[TREE_REFUSAL_SIZE];
	struct group_entry entry = {
		.path = tree_path(node, path, sizeof(path)),
		.inode = node->inode,
		.slot = published ? node->slot : ROSTER_NO_SLOT,
		.generation = published ? publication->generation : 0,
		.role = published ? publication->role : ROSTER_MANAGED,
		.policy = "",
		.refusal = node->plan.refusal,
		.inherited_from = is_matched(&node->plan) ? node->plan.inherited_from : 0,
	};

	refusal_report(node, path);
	if (!is_matched(&node->plan) && !published)
		return;
	if (is_matched(&node->plan))
		entry.policy = set->files[node->plan.policy % ROSTER_POLICIES].policy.name;
	if (!entry.refusal[0])
		entry.refusal = trouble_text(publication, trouble, sizeof(trouble));
	groups_put(publisher->groups, &entry);
}

void show_groups(struct publisher *publisher, const struct policy_set *set)
{
	struct node *root = publisher->tree->root;

	groups_begin(publisher->groups);
	for (struct node *node = root; node; node = tree_next(root, node))
		node_show(publisher, set, node);
	groups_end(publisher->groups);
}
