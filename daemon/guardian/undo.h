/*
 * The one routine that gives groups their killer back, for the guardian (a part died, or everything
 * stops) and for `--hand-back`. Writing is not enough: a write can be lost on a task that is just going
 * to sleep (8 of 4086, KERNEL.md K1), and a child made a moment ago may have inherited the switch unseen.
 * So: write all, walk below all until a full pass finds nothing, look again after 10, 100 and 1000 ms,
 * walk again at the last look, and begin anew if that still found something to do. With every write and
 * every look, what we froze is thawed (thaw.h).
 *
 * A state machine between whose steps the caller is free: nothing here sleeps.
 */
#pragma once

#include "base/units.h"
#include "guardian/held.h"
#include "guardian/walk.h"

enum undo_verb {
	UNDO_HAND_BACK, /* the kernel's killer on, whatever was found */
	UNDO_RESTORE, /* as it was found */
};

struct undo {
	struct held *held; /* borrowed from undo_begin() on */
	enum undo_verb verb;
	bool running;
	uint32_t look; /* the next one */
	uint32_t rounds;
	struct nsec due;
	struct nsec begun; /* the round */
	uint32_t children; /* unmanaged descendants that had inherited the switch and were set */
	struct walk_gaps gaps; /* of the last pass */
};

/**
 * undo_begin() - write and walk at once; the looks follow
 * @held: every group of it that is ours; see held_recall()
 *
 * May be called while one is running: it begins again with the first write.
 * Context: a few microseconds per group, and the walk.
 */
void undo_begin(struct undo *undo, struct held *held, enum undo_verb verb);

/* The look that is due. Call at or after undo->due while undo->running. */
void undo_continue(struct undo *undo);

/**
 * undo_walk() - set every unmanaged descendant that inherited the switch, once through
 * @verb:  UNDO_RESTORE sets what the nearest managed ancestor was found with
 *
 * Return:  how many there were.
 */
uint32_t undo_walk(struct held *held, enum undo_verb verb, struct walk_gaps *ret_gaps);
