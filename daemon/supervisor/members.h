/*
 * Who lives in a control group: its cgroup.procs, opened afresh for every look, because the kernel keeps
 * the list of a descriptor that was read once and shows it again (kernel-facts: pidlist cache).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "supervisor/groups.h"

struct members {
	char text[8192];
	size_t length;
	size_t at;
};

/**
 * members_open() - a fresh descriptor of the group's list
 *
 * Errors:  -ENOENT when the path is now another group's, else what open(2) says.
 * Return:  the descriptor; the caller closes it.
 */
int members_open(const struct group_view *view);

/**
 * members_next() - one more pid
 * @members: all zero before the first call
 * @ret_more: false: the list is through, @ret_pid is untouched
 *
 * Errors:  the negative errno of read; -ENODEV when the group is gone.
 */
int members_next(int fd, struct members *members, bool *ret_more, uint64_t *ret_pid);
