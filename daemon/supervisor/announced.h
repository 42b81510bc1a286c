/*
 * Changes of groups that the kernel has told of and the tree does not show yet. Such an announcement
 * says where to look; it is done with when the tree agrees, whoever made it agree. Until then its
 * directory is looked at again, a few times and ever later; after that it is the walk's.
 *
 * Context: main loop only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/units.h"
#include "shared/kernel_event.h"
#include "supervisor/tree.h"

#define ANNOUNCED_MAX                                                                              \
	256 /* of one turn; the kernel makes one group at a time, hardly any waits longer */

struct announcement {
	struct group_event event;
	uint32_t looks; /* at the parent's directory, so far */
	struct nsec due; /* the next one */
};

/* In the order of the events: a group is announced before those below it. */
struct announced {
	size_t count;
	struct announcement list[ANNOUNCED_MAX];
};

/* To look at the directory of a group that is in the tree. */
typedef void announced_look(void *context, struct node *directory);

/**
 * announced_note() - take an event in; it is due at once, and takes the place of an older one of its group
 *
 * Return:  false without room.
 */
bool announced_note(struct announced *announced, const struct group_event *event);

/**
 * announced_follow() - look at what is due, and drop what the tree agrees with
 *
 * A parent that is neither in the tree nor announced is beyond our mount point, or gone: so is the group.
 *
 * Return:  how many were given up.
 */
size_t announced_follow(struct announced *announced, const struct tree *tree, struct nsec now,
			announced_look *look, void *context);

/* Return: when to follow next; 0 when at once, UINT64_MAX when nothing is left. */
struct nsec announced_due(const struct announced *announced);
