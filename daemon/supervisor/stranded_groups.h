/*
 * Groups that have been removed, as far as their sleepers are our business: those that were managed, or
 * below a managed one. What the policy said is noted when it happens, for a slot is soon another group's.
 *
 * Context: sampler thread, but for stranded_group_gone().
 */
#pragma once

#include <stdbool.h>

#include "supervisor/sampled.h"

#define STRANDED_GROUPS 256 /* the latest ones; a power of two */

/* What is to become of who waits for a group that is removed. */
enum stranded_claim {
	STRANDED_FOREIGN, /* it was never ours: nothing */
	STRANDED_REPORTED,
	STRANDED_KILLED, /* its policy enforced */
};

struct stranded_groups {
	const struct sampled *sampled; /* borrowed for the program's life */
	struct {
		uint64_t inode;
		enum stranded_claim claim; /* none is foreign */
	} list[STRANDED_GROUPS];
	uint32_t count; /* that were ever in the list */
};

void stranded_groups_init(struct stranded_groups *groups, const struct sampled *sampled);

/* The group with @inode is removed. Main loop; noticed by the sampler's next turn. */
void stranded_group_gone(uint64_t inode);

/* One that has been removed since, ours or not. Return: false when there is none. */
bool stranded_groups_take(struct stranded_groups *groups, uint64_t *ret_inode);

/* It is in the list. */
bool stranded_groups_has(const struct stranded_groups *groups, uint64_t inode);

/* Of the group with @inode, removed or about to be. */
enum stranded_claim stranded_groups_claim(const struct stranded_groups *groups, uint64_t inode);
