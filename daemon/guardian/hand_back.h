/*
 * `oomhandlerd --hand-back`: puts right what a dead instance left behind. It needs no daemon and no
 * state: the attribute on a group says that something was changed there and what it was before, a free
 * lock says that nobody answers for it any more, and the tree says who inherited.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/units.h"

struct hand_back_order {
	int root; /* directory to work in and below; borrowed */
	const char *label; /* its path, raw, for the report; borrowed */
	int freezer; /* mount point of the freezer's hierarchy, -1 for none; borrowed */
	bool dry_run; /* only say what would be repaired */
	struct nsec patience; /* how long to wait for groups whose lock is taken */
	FILE *out; /* the report: one line per group; borrowed */
};

struct hand_back_report {
	uint32_t groups; /* repaired */
	uint32_t children; /* unmanaged ones below them that had inherited the switch */
	uint32_t busy; /* left alone: their lock was taken to the end */
	uint32_t failed; /* something could not be put back: attribute kept */
};

/**
 * hand_back_tree() - repair every orphan in and below one directory
 * @report: counts are added
 *
 * Context: sleeps; allocates; takes at least a second when there is something to repair.
 * Errors:  -ENOMEM. What could not be repaired is no error but counted.
 */
int hand_back_tree(const struct hand_back_order *order, struct hand_back_report *report);

/**
 * hand_back_run() - repair every v1 memory hierarchy of this machine and print the report
 *
 * Return:  an enum exit_code: OK when nothing is left that is not as it was found.
 */
int hand_back_run(bool dry_run);
