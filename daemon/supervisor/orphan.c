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

/* Return: 0, or why it is not right yet. */
static int orphan_undo(struct scan *scan, struct node *node, int directory)
{
	struct saved saved;
	int ret = saved_load(directory, &saved), undone = ret;

	if (ret == 0)
		undone = ret = originals_repair(scan, directory, node, &saved);
	/* With values that cannot be read the kernel's killer is the only safe one. */
	if (ret == -EBADMSG)
		undone = originals_enable_killer(directory);
	if (undone == 0 || undone == -EBUSY)
		(void)saved_drop(directory); /* else the next start finds it again */
	return ret;
}

static bool orphan_repair(struct scan *scan, struct node *node)
{
	int mount = scan->discover->directory;
	int directory = tree_open(node, mount, O_RDONLY);
	struct saved saved;
	bool orphan;
	int ret;

	if (directory < 0)
		return false;
	ret = saved_load(directory, &saved);
	orphan = ret != -ENODATA && ret != -EOPNOTSUPP && !served_above(mount, node) &&
		 flock(directory, LOCK_EX | LOCK_NB) == 0;
	if (orphan)
		repair_report(node, orphan_undo(scan, node, directory));
	io_close(&directory);
	return orphan;
}

unsigned int orphan_repair_all(struct scan *scan)
{
	struct node *root = scan->tree->root;
	unsigned int count = 0;

	for (struct node *node = root; node; node = tree_next(root, node))
		if (node->slot == ROSTER_NO_SLOT)
			count += orphan_repair(scan, node);
	return count;
}
