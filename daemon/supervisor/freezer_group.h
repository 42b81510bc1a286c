/*
 * Which group of the freezer's hierarchy holds exactly the processes of a memory group. The two trees
 * have nothing to do with each other: a container runtime makes a group in both, but elsewhere all tasks
 * sit in the freezer's root, or share a group with strangers, and freezing there would hit those.
 */
#pragma once

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

#define FREEZER_OURS 3

struct freezer_place {
	char path[PATH_MAX]; /* below the freezer's mount point, "/a/b"; raw */
	uint64_t inode; /* 0: any */
};

struct freezer_question {
	const char *mount; /* of the memory hierarchy, absolute; borrowed, as the next */
	const char *directory; /* of the memory group, absolute */
	pid_t ours[FREEZER_OURS]; /* the daemon's programs; 0: not running */
};

/**
 * freezer_group_find() - the freezer group that may be frozen for a memory group
 *
 * It is the group of one member, and not the root; everybody of either subtree is in the other as well.
 * Who forks, exits or moves between the two readings is asked for both of his groups.
 *
 * Context: a thread that may be lost: /proc/PID/cgroup takes cgroup_mutex before 6.12.
 * Errors:  -ENOENT when nobody lives there, or none of them below the freezer's root; -EXDEV when
 *          freezing would hit others, ourselves, or not all; -ENXIO without a freezer's hierarchy; else
 *          of reading either tree.
 */
int freezer_group_find(const struct freezer_question *question, struct freezer_place *ret_place);

/**
 * freezer_group_open() - its directory
 *
 * Errors:  -ENOENT when it is gone or another one has its name, -ENXIO without a freezer's hierarchy,
 *          else of open(2).
 * Return:  a descriptor, owned by the caller.
 */
int freezer_group_open(const struct freezer_place *place);
