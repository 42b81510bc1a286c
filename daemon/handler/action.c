/* See action.h. What several steps share. */
#include "handler/action.h"

#include <assert.h>
#include <errno.h>

#include "base/hold.h"
#include "base/io.h"
#include "handler/knob_turn.h"
#include "handler/level.h"
#include "handler/loan_bounds.h"

/* A value no real limit has, far above every real usage: setting it cannot reclaim. */
#define NUDGE_MEMSW_BYTES (1ULL << 40)
#define NUDGE_LOAN_MSEC 1000

/* Indexed by enum step_kind. */
static const struct action_row rows[STEP_KIND_COUNT] = {
	[STEP_KILL] = { .name = "kill", .tick = action_kill_tick },
	[STEP_RAISE_LIMIT] = { .name = "raise-limit",
			       .begin = action_lend_begin,
			       .tick = action_lend_tick },
	[STEP_KERNEL] = { .name = "kernel",
			  .begin = action_kernel_begin,
			  .tick = action_kernel_tick,
			  .hands_over = true },
	[STEP_TERMINATE] = { .name = "terminate",
			     .begin = action_terminate_begin,
			     .tick = action_terminate_tick,
			     .through_calm = true },
	[STEP_KILL_GROUP] = { .name = "kill-group",
			      .begin = action_group_begin,
			      .tick = action_group_tick,
			      .through_calm = true },
	[STEP_FREEZE] = { .name = "freeze",
			  .begin = action_freeze_begin,
			  .tick = action_freeze_tick,
			  .through_calm = true },
	[STEP_HOOK] = { .name = "hook",
			.begin = action_hook_begin,
			.tick = action_hook_tick,
			.through_calm = true },
};

static const struct action_row kill_by_kernel = {
	.name = "kill via=kernel",
	.begin = action_mark_begin,
	.tick = action_mark_tick,
	.hands_over = true,
};

const struct action_row *action_row_of(const struct policy_step *step)
{
	assert(step->kind < STEP_KIND_COUNT);
	return step->kind == STEP_KILL && step->via == STEP_VIA_KERNEL ? &kill_by_kernel
								       : &rows[step->kind];
}

struct nsec action_look_after(struct nsec now, uint32_t looks)
{
	static const uint64_t spans_msec[HANDLER_LOOKS] = { 10, 100, 1000 };

	return nsec_after(
		now, nsec_from_msec(spans_msec[looks < HANDLER_LOOKS ? looks : HANDLER_LOOKS - 1]));
}

static int raise_one(struct handler *handler, struct turn turn, const struct ledger_cell *before)
{
	int ret;

	/* What was found before the first of several loans is what is owed, unless somebody set it since. */
	turn.found = loan_found(before, (struct bytes){ .count = turn.found }).count;
	ret = knob_turn(handler, &turn);
	if (ret < 0 && ret != -EAGAIN)
		ledger_write(handler->tables.ledger, turn.slot, turn.knob, before);
	return ret;
}

int action_raise(struct handler *handler, uint32_t slot, struct bytes limit, struct nsec due)
{
	const struct group_seat *seat =
		adopt_group(&handler->adopt, slot, handler->slots[slot].roster.generation);
	struct ledger_cell before = knob_entry(handler, slot, KNOB_LIMIT);
	struct ledger_cell before_memsw = knob_entry(handler, slot, KNOB_MEMSW_LIMIT);
	struct turn turn = {
		.slot = slot,
		.knob = KNOB_LIMIT,
		/* The kernel rounds down; what is written must be what reads back. */
		.set = limit.count - limit.count % handler->page_bytes,
		.due = due,
	};
	uint64_t memsw = KNOB_ABSENT;
	int ret;

	if (!seat)
		return -ESRCH;
	ret = gauge_read(seat->fd[GROUP_LIMIT], &turn.found);
	if (ret == 0 && seat->fd[GROUP_MEMSW_LIMIT] >= 0)
		ret = gauge_read(seat->fd[GROUP_MEMSW_LIMIT], &memsw);
	if (ret < 0)
		return ret;
	/* Before the write: a take-back under way sees it and stops (KERNEL.md K10). */
	atomic_fetch_add(&handler->tables.ledger->slots[slot].hands_off, 1);
	turn.loan = ++handler->slots[slot].loans;
	HOLD(HOLD_LEND_BEFORE_WRITE);
	if (memsw != KNOB_ABSENT && !limit_is_unlimited(memsw) && memsw < turn.set) {
		struct turn memsw_turn = turn;

		memsw_turn.knob = KNOB_MEMSW_LIMIT;
		memsw_turn.found = memsw;
		ret = raise_one(handler, memsw_turn, &before_memsw);
		if (ret < 0)
			return ret;
	}
	ret = raise_one(handler, turn, &before);
	HOLD(HOLD_LEND_AFTER_WRITE);
	/* It notes the loan on the group, for the case that none of us lives to take it back. */
	(void)io_signal_event(INHERIT_WAKE_SUPERVISOR);
	return ret;
}

static int nudge_by_memsw(struct handler *handler, uint32_t slot, uint64_t unlimited)
{
	const struct turn turn = {
		.slot = slot, .knob = KNOB_MEMSW_LIMIT, .set = NUDGE_MEMSW_BYTES, .found = unlimited
	};
	int ret = knob_turn(handler, &turn);

	return ret < 0 ? ret : knob_return(handler, slot, KNOB_MEMSW_LIMIT, unlimited);
}

int action_nudge(struct handler *handler, uint32_t slot)
{
	const struct group_seat *seat =
		adopt_group(&handler->adopt, slot, handler->slots[slot].roster.generation);
	struct ledger_cell lent = knob_entry(handler, slot, KNOB_LIMIT);
	struct nsec due = nsec_after(handler->now, nsec_from_msec(NUDGE_LOAN_MSEC));
	uint64_t memsw, limit;
	int ret;

	if (!seat)
		return -ESRCH;
	ret = gauge_read(seat->fd[GROUP_LIMIT], &limit);
	if (ret < 0)
		return ret;
	if (seat->fd[GROUP_MEMSW_LIMIT] >= 0 &&
	    gauge_read(seat->fd[GROUP_MEMSW_LIMIT], &memsw) == 0 && limit_is_unlimited(memsw) &&
	    limit < NUDGE_MEMSW_BYTES)
		return nudge_by_memsw(handler, slot, memsw);
	if (lent.state == LEDGER_CHANGED && lent.due_nsec > due.count)
		due.count = lent.due_nsec;
	return action_raise(handler, slot, (struct bytes){ .count = limit + handler->page_bytes },
			    due);
}
