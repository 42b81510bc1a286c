/*
 * Where the memory hierarchy of cgroup v1 is mounted, and which groups it has: for the verbs that must
 * work without a daemon to ask.
 */
#pragma once

#include <limits.h>

/**
 * hierarchy_find() - mount point of the memory controller
 *
 * Source:  /proc/self/mountinfo (proc(5)), the first cgroup mount with the option `memory`.
 * Errors:  -ENOENT when v1 memory control is not mounted, else what open(2) says.
 */
int hierarchy_find(char ret_mount[static PATH_MAX]);

/**
 * hierarchy_walk() - call @visit with the name of every group below the root of @mount
 * @visit: gets the path below the mount point, raw, beginning with '/'
 *
 * A group that vanishes meanwhile is left out. Errors: what fts(3) says about the root.
 */
int hierarchy_walk(const char *mount, void (*visit)(const char *path, void *context),
		   void *context);
