/*
 * From "the handler must go" to "a new one may come": kill it by pidfd, raise the epoch, give every
 * group its killer back at once; the same again when it is known to be gone, because a write it had
 * begun may land late; the looks; then marks and limits. A state machine: each step is short, waiting
 * is the caller's.
 */
#pragma once

#include <sys/types.h>

#include "guardian/held.h"
#include "guardian/undo.h"

enum fence_phase {
	FENCE_OFF,
	FENCE_PASSES, /* writing and looking, until that is done and the handler is gone */
	FENCE_DEBTS, /* the child settles limits and marks */
};

struct fence {
	struct held *held; /* borrowed for life */
	const struct tables *tables; /* borrowed for life */
	int lock; /* borrowed; of the runtime directory */
	enum fence_phase phase;
	bool handler_gone;
	struct undo undo;
	pid_t debts; /* 0: none */
	pid_t stray; /* one that was killed and not yet reaped, 0 */
	struct nsec debts_deadline;
};

/**
 * fence_begin() - kill and hand back
 * @handler: its pidfd; -1: it is gone already
 * @verb:    UNDO_RESTORE when everything stops
 *
 * Context: FENCE_OFF. Returns with the first write made to every group and the first walk done.
 */
void fence_begin(struct fence *fence, int handler, enum undo_verb verb);

/* The handler's pidfd is readable: nothing it began can land any more. */
void fence_handler_gone(struct fence *fence);

/* What is due by now. Call at or after fence_due(). Return: whether it is over: FENCE_OFF again. */
bool fence_continue(struct fence *fence);

/* When to call fence_continue() at the latest; meaningful unless FENCE_OFF. */
struct nsec fence_due(const struct fence *fence);
