/*
 * The steps of a policy as rows of one table. A step never waits: begin and tick look, act at most once
 * and return; episode->due says when the next look is wanted.
 */
#pragma once

#include "handler/handler.h"

enum action_verdict {
	ACTION_WAITING, /* look again at episode->due */
	ACTION_DONE, /* it has done what it can; the level tells whether that was enough */
	ACTION_FAILED, /* it can do nothing more: the next step */
	ACTION_TIMED_OUT, /* its time is over: the next step */
	ACTION_OVER_BUDGET, /* budget_take() refused: the kernel step */
	ACTION_HAND_OVER, /* no step of ours can help: the kernel step */
	ACTION_ENDED, /* steps that hand over only: the OOM is proven to be over */
};

struct action_row {
	const char *name;
	/* Once, when the step's turn comes. May be NULL. */
	enum action_verdict (*begin)(struct handler *handler, struct episode *episode);
	/* At every look while tasks are asleep. */
	enum action_verdict (*tick)(struct handler *handler, struct episode *episode);
	/* The group is the kernel's from here on: under_oom proves nothing any more. */
	bool hands_over;
	/* Begun, it runs to its own end: nobody sleeping is not its end, and may be its doing. */
	bool through_calm;
};

/* What @step does: a row of the table, or the one of kill via=kernel. */
const struct action_row *action_row_of(const struct policy_step *step);

enum action_verdict action_kill_tick(struct handler *handler, struct episode *episode);
enum action_verdict action_lend_begin(struct handler *handler, struct episode *episode);
enum action_verdict action_lend_tick(struct handler *handler, struct episode *episode);
enum action_verdict action_terminate_begin(struct handler *handler, struct episode *episode);
enum action_verdict action_terminate_tick(struct handler *handler, struct episode *episode);
enum action_verdict action_group_begin(struct handler *handler, struct episode *episode);
enum action_verdict action_group_tick(struct handler *handler, struct episode *episode);
enum action_verdict action_freeze_begin(struct handler *handler, struct episode *episode);
enum action_verdict action_freeze_tick(struct handler *handler, struct episode *episode);
enum action_verdict action_hook_begin(struct handler *handler, struct episode *episode);
enum action_verdict action_hook_tick(struct handler *handler, struct episode *episode);
enum action_verdict action_kernel_begin(struct handler *handler, struct episode *episode);
enum action_verdict action_kernel_tick(struct handler *handler, struct episode *episode);
enum action_verdict action_mark_begin(struct handler *handler, struct episode *episode);
enum action_verdict action_mark_tick(struct handler *handler, struct episode *episode);

/* What the kernel step does once it is sure that the kernel could kill somebody. */
enum action_verdict action_hand_over(struct handler *handler, struct episode *episode);

/**
 * action_nudge() - wake all sleepers of a group without giving them memory
 *
 * A wake-up can be lost, and a task that was moved to another group keeps sleeping on its old one. Where
 * swap accounting has no limit, lowering and lifting that limit wakes everybody and changes nothing;
 * else the limit rises by one page, as a loan.
 *
 * Errors:  as knob_turn().
 */
int action_nudge(struct handler *handler, uint32_t slot);

/* Raise a limit to @limit as a loan until @due, memsw first where it would be in the way. */
int action_raise(struct handler *handler, uint32_t slot, struct bytes limit, struct nsec due);

/* A loan as a policy words it; percentages are of the limit found before the first one. */
struct action_loan {
	struct amount by;
	struct amount max; /* 0: twice the limit found */
	struct nsec hold_for;
};

/**
 * action_lend() - one loan under every rule: its own ceiling, the host's cap, MemAvailable, room above
 * @ret_limit: the new limit; also with -EAGAIN
 *
 * Errors:  -EDQUOT when the policy allows no more, -ENOSPC when no ancestor has room, -ENOBUFS and
 *          -ENOMEM when the host does not stand it (loan_bounds.h), else as action_raise().
 */
int action_lend(struct handler *handler, const struct episode *episode,
		const struct action_loan *loan, struct bytes *ret_limit);

/**
 * action_thaw() - thaw what the ledger says we froze; nothing else is touched
 *
 * Called wherever a group stops being ours to freeze: at the end of an episode, before the kernel's
 * killer gets it, before its slot is given up, and when the guardian has died.
 */
void action_thaw(struct handler *handler, uint32_t slot);

/* Time of the look after @looks earlier ones: 10, 100, 1000 ms. */
struct nsec action_look_after(struct nsec now, uint32_t looks);
