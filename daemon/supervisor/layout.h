/*
 * Where the controllers of cgroup v1 are mounted in this mount namespace, and in which of their groups
 * we or others are: for the doctor, which has no libcgroup tree to ask, and for the reader.
 */
#pragma once

#include <limits.h>
#include <stdint.h>

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

/* The number of @controller's hierarchy, which the kernel knows it by. Errors: as layout_mount(). */
int layout_hierarchy(const char *controller, int *ret_number);

/**
 * layout_group_of() - the group of process @pid in @controller's hierarchy
 *
 * Source:  /proc/PID/cgroup, which takes cgroup_mutex before 6.12: for a process that may be lost.
 * Errors:  as layout_mount().
 */
int layout_group_of(uint32_t pid, const char *controller, char ret_path[static PATH_MAX]);
