/*
 * Groups that have been removed, as far as their sleepers are our business, as the main loop tells of them
 * (stranded_claim.h). One it has not told of is foreign: it will, long before a sleeper's time is up. It
 * never does of a group that went while there was no supervisor, or when too many go at once: their
 * sleepers are left alone.
 *
 * Context: sampler thread, but for stranded_group_gone().
 */
#pragma once

#include <stdbool.h>

#include "supervisor/stranded_claim.h"

#define STRANDED_GROUPS 256 /* the latest ones; a power of two */

struct stranded_group {
	uint64_t inode;
	enum stranded_claim claim;
};

struct stranded_groups {
	struct stranded_group list[STRANDED_GROUPS]; /* none is foreign */
	uint32_t count; /* that were ever in the list */
};

void stranded_groups_init(struct stranded_groups *groups);

/* The group with @inode is removed. Main loop; noticed by the sampler's next turn. */
void stranded_group_gone(uint64_t inode, enum stranded_claim claim);

/* One that has been removed since, foreign or not. Return: false when there is none. */
bool stranded_groups_take(struct stranded_groups *groups, struct stranded_group *ret_group);

/* Of the group with @inode, as far as has been told. */
enum stranded_claim stranded_groups_claim(const struct stranded_groups *groups, uint64_t inode);
