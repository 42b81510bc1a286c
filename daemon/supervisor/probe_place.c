/*
 * What the doctor asks of the place the daemon runs in: its own control groups and everything on the way
 * to their roots that could stop it together with those it looks after, and its runtime directory.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/io.h"
#include "base/text.h"
#include "shared/knobs.h"
#include "supervisor/layout.h"
#include "supervisor/probe.h"

#define ESCAPED_SIZE 512
#define VALUE_SIZE 64

/* One file of every group on the way, and what of its value is a restriction. */
struct obstacle {
	const char *controller;
	const char *file;
	bool (*restricts)(const char *value);
	const char *advice;
};

static bool limit_restricts(const char *value)
{
	uint64_t limit;

	return text_to_u64(value, NULL, &limit) == 0 && !limit_is_unlimited(limit);
}

static bool quota_restricts(const char *value)
{
	return value[0] != '-'; /* -1: none */
}

static bool freezer_restricts(const char *value)
{
	return strncmp(value, "THAWED", 6) != 0;
}

static const struct obstacle obstacles[] = {
	{ "memory", KNOB_FILE_LIMIT, limit_restricts,
	  "run the daemon in a group without a memory limit" },
	{ "cpu", "cpu.cfs_quota_us", quota_restricts,
	  "run the daemon in a group without a CPU quota (no CPUQuota= above the unit)" },
	{ "freezer", "freezer.state", freezer_restricts,
	  "run the daemon in the root group of the freezer" },
};

static int value_read(const char *directory, const char *file, char value[static VALUE_SIZE])
{
	char path[2 * PATH_MAX + VALUE_SIZE];
	int fd, ret;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = io_read_at_start(fd, value, VALUE_SIZE);
	io_close(&fd);
	value[strcspn(value, "\n")] = '\0';
	return ret < 0 ? ret : 0;
}

/* The root of a hierarchy has no such file, or one that restricts nobody: it is not looked at. */
static bool way_is_clear(struct probe *probe, const struct obstacle *obstacle, const char *mount,
			 char *group)
{
	bool clear = true;

	while (group[0] == '/' && group[1] != '\0') {
		char directory[2 * PATH_MAX], value[VALUE_SIZE], label[ESCAPED_SIZE];

		(void)snprintf(directory, sizeof(directory), "%s%s", mount, group);
		if (value_read(directory, obstacle->file, value) == 0 &&
		    obstacle->restricts(value)) {
			probe_note(probe, "own-group", PROBE_WARNING, obstacle->advice,
				   "%s of %s, on our way to the root, is %s", obstacle->file,
				   text_escape(group, label, sizeof(label)), value);
			clear = false;
		}
		*strrchr(group, '/') = '\0';
	}
	return clear;
}

static void look_at_way(struct probe *probe, const struct obstacle *obstacle)
{
	char mount[PATH_MAX], group[PATH_MAX], label[ESCAPED_SIZE];

	if (layout_mount(obstacle->controller, mount) < 0 ||
	    layout_own_group(obstacle->controller, group) < 0)
		return;
	text_escape(group, label, sizeof(label));
	if (way_is_clear(probe, obstacle, mount, group))
		probe_note(probe, "own-group", PROBE_OK, NULL,
			   "%s: %s is free of limits up to the root", obstacle->controller, label);
}

/* The nearest directory that exists: the daemon makes the rest. */
static int statfs_nearest(const char *path, struct statfs *ret_status)
{
	char copy[PATH_MAX];

	(void)snprintf(copy, sizeof(copy), "%s", path);
	while (statfs(copy, ret_status) < 0) {
		char *slash = strrchr(copy, '/');

		if (errno != ENOENT || !slash)
			return -errno;
		slash[slash == copy ? 1 : 0] = '\0';
	}
	return 0;
}

static void look_at_runtime_dir(struct probe *probe)
{
	char path[ESCAPED_SIZE];
	struct statfs status;
	int ret = statfs_nearest(probe->line->runtime_dir, &status);

	text_escape(probe->line->runtime_dir, path, sizeof(path));
	if (ret < 0)
		probe_note(probe, "runtime-dir", PROBE_WARNING, "choose another with --runtime-dir",
			   "%s: %s", path, strerror(-ret));
	else if (status.f_type != TMPFS_MAGIC && status.f_type != RAMFS_MAGIC)
		probe_note(probe, "runtime-dir", PROBE_WARNING,
			   "choose a directory on a tmpfs with --runtime-dir",
			   "%s is not on a tmpfs: writing the status page may wait for a disk",
			   path);
	else
		probe_note(probe, "runtime-dir", PROBE_OK, NULL, "%s is on a tmpfs", path);
}

void probe_place(struct probe *probe)
{
	for (size_t i = 0; i < sizeof(obstacles) / sizeof(obstacles[0]); i++)
		look_at_way(probe, &obstacles[i]);
	look_at_runtime_dir(probe);
}
