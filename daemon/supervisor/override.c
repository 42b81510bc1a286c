/* See override.h. The plan reads node->released; what it then wants is published as anything else. */
#include "supervisor/override.h"

#include <errno.h>

static const char *unmanaged_reason(const struct node *node)
{
	if (node->plan.refusal[0])
		return node->plan.refusal;
	return "no policy matches this group; one in policy.d and a reload would";
}

static void override_set(struct supervisor *supervisor, struct node *node, bool released)
{
	node->released = released;
	node->fresh = true; /* it is asked for again, whatever the last answer was */
	supervisor_settle(supervisor, PLAN_NEW);
	supervisor_write_page(supervisor);
}

int override_release(struct supervisor *supervisor, struct node *node, const char **ret_reason)
{
	if (node->released)
		return 0;
	if (node->plan.role != PLAN_MANAGED) {
		*ret_reason = unmanaged_reason(node);
		return -EPERM;
	}
	override_set(supervisor, node, true);
	return 0;
}

int override_arm(struct supervisor *supervisor, struct node *node, const char **ret_reason)
{
	uint64_t inode = node->inode;

	if (node->released)
		override_set(supervisor, node, false);
	node = tree_find_inode(&supervisor->tree, inode); /* settling may have found it gone */
	if (!node) {
		*ret_reason = "the group was removed meanwhile";
		return -ENOENT;
	}
	if (node->plan.role == PLAN_MANAGED)
		return 0;
	*ret_reason = unmanaged_reason(node);
	return -EPERM;
}
