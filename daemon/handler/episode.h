/*
 * One OOM, from its trigger to its record: a state machine with a timer of its own. Nothing in it waits;
 * each call looks, acts once at most, and says when it wants to be called again. So a group that is
 * given ten seconds does not cost another one a millisecond.
 *
 *     SNAPSHOT ──▶ STEP ──▶ SETTLE ──▶ closed
 *        ▲                    │
 *        └────────────────────┘   (asleep again: the same step index, the same deadline)
 */
#pragma once

#include "base/units.h"
#include "shared/outcome.h"

#define EPISODE_POOL 512 /* groups out of memory at the same moment; the others wait their turn */
#define EPISODE_TRIED 64

enum episode_phase {
	EPISODE_FREE,
	EPISODE_SNAPSHOT, /* fresh facts were asked for */
	EPISODE_STEP,
	EPISODE_SETTLE, /* nobody sleeps; it counts when it stays so */
	EPISODE_WATCH, /* dry run: what does the kernel do? */
};

/* The process a kill step is waiting for. */
struct victim {
	int pidfd; /* our own: the sampler may give its seat to another process; -1: none */
	struct nsec overdue; /* from then on the next candidate is taken as well */
	bool waiting;
};

struct episode {
	uint32_t phase; /* enum episode_phase */
	uint32_t slot;
	uint32_t step; /* index into policy.step */
	bool step_begun;
	bool acted; /* a knob was changed or a signal sent */
	bool reported; /* the record is out; only the proof is still awaited */
	uint32_t looks; /* of the current step */
	uint32_t nudges; /* in a row */
	uint32_t seat_waits; /* looks spent on a descriptor that is still on its way */
	uint32_t tried_count;
	uint32_t tried[EPISODE_TRIED]; /* pids signalled in this episode */
	struct nsec trigger;
	struct nsec asked; /* SNAPSHOT: facts from this time on are an answer */
	struct nsec due;
	struct nsec deadline;
	struct nsec step_begin;
	struct nsec calm; /* SETTLE: since when */
	uint64_t kills_at_trigger;
	uint64_t refused_last; /* kernel step: refused charges stand still when it is over */
	struct nsec refused_since;
	uint32_t mark; /* ledger.marks entry + 1, 0: none */
	struct victim victim;
	struct policy policy; /* a copy: a reload does not change an episode under way */
	struct outcome outcome;
};

struct handler;

/**
 * episode_begin() - @slot is out of memory by its own limit
 * @by_event: an event told of it; otherwise the sweep found it
 *
 * Errors:  -EAGAIN when the pool is exhausted or the policy cannot be read: try again shortly.
 */
int episode_begin(struct handler *handler, uint32_t slot, bool by_event);

/* Advance: its timer has run out, or something happened that concerns it. */
void episode_tick(struct handler *handler, struct episode *episode);

/* Close with a record of @kind. */
void episode_close(struct handler *handler, struct episode *episode, enum outcome_kind kind);
