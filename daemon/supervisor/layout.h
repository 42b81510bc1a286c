/*
 * Where the controllers of cgroup v1 are mounted in this mount namespace, and in which of their groups
 * we are ourselves: for the doctor, which has no libcgroup tree to ask.
 */
#pragma once

#include <limits.h>

/**
 * layout_mount() - mount point of @controller's hierarchy
 * @controller: `memory`, `cpu`, `freezer`
 *
 * Source:  /proc/self/mountinfo (proc(5)): the first cgroup mount with that option.
 * Errors:  -ENOENT when it is not mounted as v1, else what open(2) says.
 */
int layout_mount(const char *controller, char ret_mount[static PATH_MAX]);

/**
 * layout_own_group() - our own group in @controller's hierarchy, "/a/b"
 *
 * Source:  /proc/self/cgroup (cgroups(7)).
 * Errors:  as layout_mount().
 */
int layout_own_group(const char *controller, char ret_path[static PATH_MAX]);
