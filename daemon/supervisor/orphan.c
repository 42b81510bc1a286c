/* See orphan.h. */
#include "supervisor/orphan.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>

#include "base/io.h"
#include "base/text.h"
#include "supervisor/groups.h"
#include "supervisor/originals.h"
#include "supervisor/report.h"

static void repair_report(const struct node *node, int result)
{
	char path[PATH_MAX], label[GROUP_LABEL_SIZE];

	text_escape(tree_path(node, path, sizeof(path)), label, sizeof(label));
	if (result == 0)
		report_event(REPORT_WARNING, "%s: left behind by a dead instance, put right",
			     label);
	else if (result != -ENODEV)
		report_event(REPORT_WARNING, "%s: left behind by a dead instance: %s", label,
			     result == -EBADMSG ? "its saved values cannot be read"
						: strerror(-result));
}

/*
 * The attribute of an operator's own 1 below a managed group is a protection without a lock of its own
 * (plan.h); it belongs to whoever holds the lock above.
 */
static bool served_above(int mount, const struct node *node)
{
	for (const struct node *above = node->parent; above; above = above->parent) {
		int directory = tree_open(above, mount, O_RDONLY);
		struct saved saved;
		bool served;

		if (directory < 0)
			continue;
		served = saved_load(directory, &saved) == 0 &&
			 flock(directory, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
		io_close(&directory); /* and with it a lock that was free */
		if (served)
			return true;
	}
	return false;
}

static bool orphan_repair(int mount, struct node *node)
{
	int directory = tree_open(node, mount, O_RDONLY);
	struct saved saved;
	int ret;

	if (directory < 0)
		return false;
	ret = saved_load(directory, &saved);
	if (ret != -ENODATA && ret != -EOPNOTSUPP && !served_above(mount, node) &&
	    flock(directory, LOCK_EX | LOCK_NB) == 0) {
		/* With values that cannot be read the kernel's killer is the only safe one. */
		if (ret == -EBADMSG && originals_enable_killer(directory) == 0)
			(void)saved_drop(directory); /* found again at the next start */
		if (ret == 0)
			ret = originals_repair(mount, directory, node, &saved);
		repair_report(node, ret);
		ret = 0;
	} else {
		ret = -ENODATA;
	}
	io_close(&directory);
	return ret == 0;
}

unsigned int orphan_repair_all(int mount, struct tree *tree)
{
	unsigned int count = 0;

	for (struct node *node = tree->root; node; node = tree_next(tree->root, node))
		if (node->slot == ROSTER_NO_SLOT)
			count += orphan_repair(mount, node);
	return count;
}
