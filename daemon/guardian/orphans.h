/*
 * Groups that carry our attribute and nobody's lock: what a dead instance left behind. One search fills
 * the table that the undo works on; the lock of each is held until orphans_done().
 */
#pragma once

#include "guardian/held.h"
#include "guardian/walk.h"

struct orphans {
	struct held held; /* the orphans of this search, parents before children */
	char *label
		[ROSTER_SLOTS]; /* escaped paths, may be NULL without memory; owner: this struct */
	char *busy[ROSTER_SLOTS]; /* groups whose lock is taken; likewise */
	uint32_t busy_count;
	char *broken[ROSTER_SLOTS]; /* groups whose knobs cannot be opened; likewise */
	uint32_t broken_count;
	struct walk_gaps gaps;
	/* Found in an earlier search and not to be met again. */
	uint64_t left[ROSTER_SLOTS];
	uint32_t left_count;
};

/**
 * orphans_find() - search in and below a directory
 * @orphans: zeroed before the first search; orphans_done() between two
 * @root:    borrowed
 * @label:   its path, raw; borrowed for the call
 * @freezer: mount point of the freezer's hierarchy, -1 for none; borrowed for the call
 *
 * More than the table or the descriptors can take are left for the next search.
 */
void orphans_find(struct orphans *orphans, int root, const char *label, int freezer);

/* Do not find this one again: it was reported. */
void orphans_leave(struct orphans *orphans, uint32_t slot);

/* A name for messages, never NULL; @label may be NULL. */
const char *orphans_name(const char *label);

/* Closes everything and lets go of the locks; remembers what was left. */
void orphans_done(struct orphans *orphans);
