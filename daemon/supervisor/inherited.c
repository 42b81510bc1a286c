/* See inherited.h. */
#include "supervisor/inherited.h"

#include <errno.h>
#include <fcntl.h>

#include "base/io.h"
#include "shared/saved.h"

/* Normally the second one finds nothing; somebody who keeps switching killers off must not keep us here. */
#define PASSES_MAX 8

static bool error_is_removal(int error)
{
	return error == -ENOENT || error == -ENODEV;
}

/* A sleeper that a former 0 has missed (KERNEL.md K1) gets another one. */
static int switch_free(int directory, unsigned int *count)
{
	int fd = openat(directory, group_files[GROUP_OOM_CONTROL].name, O_RDWR | O_CLOEXEC);
	struct oom_level level;
	int ret = fd < 0 ? -errno : oom_level_read(fd, &level);

	if (ret == 0 && (level.kill_disabled || level.under_oom))
		ret = knob_set(KNOB_OOM_CONTROL, fd, 0);
	if (ret == 0)
		*count += level.kill_disabled;
	io_close(&fd);
	return ret;
}

static int node_free(const struct scan *scan, struct node *node, unsigned int *count)
{
	int directory = tree_open(node, scan->discover->directory, O_RDONLY);
	struct saved saved;
	int ret;

	if (directory < 0)
		return directory;
	node->keeps_own = node->parent->keeps_own;
	ret = saved_load(directory, &saved);
	if (ret == 0)
		node->keeps_own = saved.found.value[KNOB_OOM_CONTROL] == 1;
	else if (ret == -ENODATA)
		ret = node->keeps_own ? 0 : switch_free(directory, count);
	else if (ret == -EBADMSG)
		ret = 0; /* of another version: whoever wrote it puts it right */
	io_close(&directory);
	return ret;
}

static int pass_run(const struct scan *scan, struct node *top, unsigned int *ret_count)
{
	unsigned int count = 0;
	int first_error = 0;

	top->keeps_own = false;
	for (struct node *node = tree_next(top, top); node; node = tree_next(top, node)) {
		int ret = node_free(scan, node, &count);

		if (ret < 0 && !error_is_removal(ret) && first_error == 0)
			first_error = ret;
	}
	*ret_count = count;
	return first_error;
}

int inherited_free(struct scan *scan, struct node *top)
{
	unsigned int found = 1;
	int ret = 0;

	for (int pass = 0; ret == 0 && found > 0 && pass < PASSES_MAX; pass++) {
		int scanned = scan_below(scan, top);

		ret = pass_run(scan, top, &found);
		if (ret == 0)
			ret = scanned;
	}
	return ret;
}
