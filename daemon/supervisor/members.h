/*
 * Who lives in a control group: its cgroup.procs, opened afresh for every look, because the kernel keeps
 * the list of a descriptor that was read once and shows it again (KERNEL.md K11).
 */
#pragma once

#include <stdint.h>

#include "supervisor/groups.h"

/* @pid: 0 stands for a process outside our pid namespace. */
typedef void members_visitor(void *context, uint64_t pid);

/**
 * members_visit() - one look at the group's list
 *
 * Errors:  -ENOENT when the path is now another group's, -ENODEV when the group is gone, else what
 *          open(2) and read(2) say; what came before the error has been visited.
 */
int members_visit(const struct group_view *view, members_visitor *visit, void *context);
