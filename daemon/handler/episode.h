/*
 * One OOM, from its trigger to its record: a state machine with a timer of its own. Nothing in it waits;
 * each call looks, acts once at most, and says when it wants to be called again. So a group that is
 * given ten seconds does not cost another one a millisecond.
 *
 *     SNAPSHOT ──▶ STEP ──▶ SETTLE ──▶ closed
 *        ▲          │ ▲       │ ▲
 *        │          ▼ │       │ │
 *        │      LAST_RESORT ──┼─┘      (nobody the kernel could kill: last_resort.h)
 *        └────────────────────┘        (asleep again: the same step index, the same deadline)
 */
#pragma once

#include "base/units.h"
#include "handler/victim.h"
#include "shared/outcome.h"

#define EPISODE_POOL 512 /* groups out of memory at the same moment; the others wait their turn */
#define EPISODE_TRIED 64

enum episode_phase {
	EPISODE_FREE,
	EPISODE_SNAPSHOT, /* fresh facts were asked for, and are waited for if need be */
	EPISODE_STEP,
	EPISODE_SETTLE, /* nobody sleeps; it counts when it stays so */
	EPISODE_LAST_RESORT, /* armed still, because the kernel could kill nobody either */
	EPISODE_WATCH, /* dry run: what does the kernel do? */
};

/* What told of it. */
enum episode_cause {
	EPISODE_BY_EVENT,
	EPISODE_BY_SWEEP, /* no event told of it */
	EPISODE_BY_ALLOC_FAILURE, /* nobody sleeps; charges fail (alloc_failure.h) */
};

struct episode {
	uint32_t phase; /* enum episode_phase */
	uint32_t slot;
	uint32_t step; /* index into policy.step */
	bool step_begun;
	bool acted; /* a knob was changed or a signal sent */
	bool reported; /* the record is out; only the end is still awaited */
	bool patient; /* it has waited for facts longer than usual, once */
	bool blind; /* the rules could not be read: nobody may be chosen */
	bool paid; /* a kill is counted by the budgets, and nobody was signalled yet */
	bool unsparing; /* last resort: oom_score_adj -1000 is no longer a reason */
	uint32_t looks; /* of the current step */
	uint32_t nudges; /* in a row */
	uint32_t seat_waits; /* looks spent on a descriptor that is still on its way */
	uint32_t slices; /* terminate: of the reserve, lent so far */
	uint32_t signalled; /* kill-group: processes so far */
	uint32_t hook_number; /* hook: what the answer must name */
	uint32_t freeze; /* ledger_cell.loan of a freeze announced and not made yet, 0: none */
	int freezer_fd; /* our own, while the group is frozen by us; -1: none */
	uint32_t unproven; /* last resort: looks in a row without its proof */
	uint64_t unit_inode; /* Unit=group: the child group of the first choice; 0: none yet */
	uint32_t tried_count;
	uint32_t tried[EPISODE_TRIED]; /* pids signalled in this episode */
	struct nsec trigger;
	struct nsec asked; /* SNAPSHOT: facts from this time on are an answer */
	struct nsec due;
	struct nsec deadline;
	struct nsec step_begin;
	struct nsec calm; /* SETTLE: since when */
	struct nsec paced; /* terminate: no slice before this; kill-group: no round */
	struct nsec budget_again; /* a kill budget is used up until then, 0: none was */
	uint64_t kills_at_trigger;
	/* Where no sleeper tells (kernel step, allocation failures): refused charges stand still. */
	uint64_t refused_last;
	struct nsec refused_since;
	uint32_t mark; /* ledger.marks entry + 1, 0: none */
	/* Whom the step waits for. Not waited for and still held: it outlived its grace, and kill is next. */
	struct victim victim;
	struct policy policy; /* copies: a reload does not change an episode under way */
	struct policy_rules rules;
	struct outcome outcome;
};

struct handler;

/**
 * episode_begin() - @slot is out of memory by its own limit
 *
 * Errors:  -EAGAIN when the pool is exhausted or the policy cannot be read: try again shortly.
 */
int episode_begin(struct handler *handler, uint32_t slot, enum episode_cause cause);

/*
 * To SNAPSHOT, for fresh facts, or what is there when they do not come in time; where the kernel itself
 * answers, nobody waits for them. Then the step.
 */
void episode_ask(struct handler *handler, struct episode *episode);

/* @pid was signalled, or could not be: it is not chosen again in this episode. */
static inline void episode_note_tried(struct episode *episode, uint32_t pid)
{
	if (episode->tried_count < EPISODE_TRIED)
		episode->tried[episode->tried_count++] = pid;
}

/* Advance: its timer has run out, or something happened that concerns it. */
void episode_tick(struct handler *handler, struct episode *episode);

/**
 * episode_close() - undo what was for the time of the episode only, and record it
 * @kind: unless its record is out already
 */
void episode_close(struct handler *handler, struct episode *episode, enum outcome_kind kind);
