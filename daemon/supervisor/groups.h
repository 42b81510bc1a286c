/*
 * The supervisor's own table of control groups: what the roster leaves out, above all the paths. One
 * entry per group that matters: those with a roster slot, and those a policy matched but which were
 * refused. Threads (sampler, reporter, lender) look things up here under the lock and copy; nobody but
 * the main loop changes an entry.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "shared/roster.h"

#define GROUP_LABEL_SIZE 1024 /* escaped path, cut at the end */

struct group {
	char *path; /* below the hierarchy's root, "/docker/x"; raw: hostile; owner: this entry */
	uint64_t inode;
	uint32_t slot; /* ROSTER_NO_SLOT: matched but refused, or waiting for a slot */
	uint32_t generation; /* of the slot */
	enum roster_role role;
	uint64_t inherited_from; /* inode of the group whose policy this is, 0: its own */
	char policy[POLICY_NAME_SIZE]; /* name of the matching policy, "" for relatives */
	char refusal[160]; /* why a matched group is not managed, "" when it is */
};

struct groups {
	pthread_mutex_t lock;
	char *mount; /* mount point of the memory hierarchy, absolute; owner: this table */
	struct group *list;
	size_t count;
	size_t capacity;
};

/* Copy of one entry for a thread: no pointer of it dangles when the main loop goes on. */
struct group_view {
	uint64_t inode;
	uint32_t slot;
	uint32_t generation;
	enum roster_role role;
	uint64_t inherited_from;
	char policy[POLICY_NAME_SIZE];
	char refusal[160];
	char directory[4096]; /* absolute, raw */
	char label[GROUP_LABEL_SIZE]; /* path below the root, escaped */
};

/**
 * groups_view() - copy entry number @index
 *
 * Context: any thread; takes the lock shortly.
 * Errors:  -ENOENT past the last entry.
 */
int groups_view(struct groups *groups, size_t index, struct group_view *ret_view);

/* As groups_view(), by slot and generation or by inode. -ENOENT: nobody knows it any more. */
int groups_view_slot(struct groups *groups, uint32_t slot, uint32_t generation,
		     struct group_view *ret_view);
int groups_view_inode(struct groups *groups, uint64_t inode, struct group_view *ret_view);

/* What the main loop says of one group; @path and @policy are copied. */
struct group_entry {
	const char *path;
	uint64_t inode;
	uint32_t slot;
	uint32_t generation;
	enum roster_role role;
	const char *policy;
	const char *refusal;
	uint64_t inherited_from;
};

/* Main loop, at start: an empty table. @mount is copied. */
void groups_init(struct groups *groups, const char *mount);

/*
 * Main loop: the table is written anew between groups_begin(), which takes the lock, and groups_end(),
 * which lets it go. A failed allocation ends the program.
 */
void groups_begin(struct groups *groups);
void groups_put(struct groups *groups, const struct group_entry *entry);
void groups_end(struct groups *groups);
