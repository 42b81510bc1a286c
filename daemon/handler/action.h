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
	ACTION_ENDED, /* kernel step only: the OOM is proven to be over */
};

struct action_row {
	const char *name;
	/* Once, when the step's turn comes. May be NULL. */
	enum action_verdict (*begin)(struct handler *handler, struct episode *episode);
	/* At every look while tasks are asleep. */
	enum action_verdict (*tick)(struct handler *handler, struct episode *episode);
	/* The group is the kernel's from here on: under_oom proves nothing any more. */
	bool hands_over;
};

/* Indexed by enum step_kind. */
extern const struct action_row action_rows[STEP_KIND_COUNT];

enum action_verdict action_kill_tick(struct handler *handler, struct episode *episode);
enum action_verdict action_lend_begin(struct handler *handler, struct episode *episode);
enum action_verdict action_lend_tick(struct handler *handler, struct episode *episode);
enum action_verdict action_kernel_begin(struct handler *handler, struct episode *episode);
enum action_verdict action_kernel_tick(struct handler *handler, struct episode *episode);

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

/* Is the victim gone, or a zombie whose memory is free? One poll that does not wait. */
bool action_victim_exited(const struct victim *victim);

/* Time of the look after @looks earlier ones: 10, 100, 1000 ms. */
struct nsec action_look_after(struct nsec now, uint32_t looks);
