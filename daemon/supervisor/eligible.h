/*
 * May a group that a policy matched be managed at all? Not where our own reporting, or the host, would
 * fall asleep with it. Every refusal has a reason a person can act upon.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "supervisor/tree.h"

#define ELIGIBLE_OURS 3
#define ELIGIBLE_LOCKED "is locked by another instance"

struct eligible_question {
	int mount; /* descriptor of the hierarchy's mount point; borrowed */
	bool force; /* Force=yes: holding journald, the bus or a container runtime is no reason */
	bool published; /* the lock is taken by ourselves */
	pid_t ours[ELIGIBLE_OURS]; /* the daemon's programs; 0: not running */
};

enum eligible_answer {
	ELIGIBLE_YES,
	ELIGIBLE_LIMITLESS, /* one may be set at any time: ask often */
	ELIGIBLE_NO,
	ELIGIBLE_UNKNOWN, /* it could not be looked at; says nothing about the group */
	ELIGIBLE_GONE, /* the group vanished meanwhile */
};

/**
 * eligible_ask() - may the group at @node be managed?
 *
 * Whether the daemon itself lives in a group is told by cgroup.procs of the whole subtree, not by paths:
 * /proc/self/cgroup speaks of another root inside a cgroup namespace.
 *
 * Context: main loop; reads the members of the subtree and their names, so not at every event.
 * @ret_refusal: why not, filled for ELIGIBLE_LIMITLESS, ELIGIBLE_NO and ELIGIBLE_UNKNOWN
 */
enum eligible_answer eligible_ask(const struct eligible_question *question, const struct node *node,
				  char ret_refusal[static TREE_REFUSAL_SIZE]);
