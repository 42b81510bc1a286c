/* See fence.h. */
#include "guardian/fence.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/hold.h"
#include "guardian/debts.h"
#include "guardian/say.h"

#define DEBTS_POLL_MSEC 20
/* Reclaim of a loan of some GiB with swap; past that a new handler matters more than the loan. */
#define DEBTS_DEADLINE_MSEC 5000

static void raise_overruled(const struct fence *fence)
{
	for (uint32_t slot = 0; slot < fence->held->used; slot++)
		if (fence->held->group[slot].generation)
			fence->tables->pulse->overruled[slot]++;
}

void fence_begin(struct fence *fence, int handler, enum undo_verb verb)
{
	struct pulse *pulse = fence->tables->pulse;

	HOLD(HOLD_HAND_BACK_BEFORE_FENCE);
	/* Works on a stopped process as well; it may be dead already. */
	if (handler >= 0)
		(void)pidfd_send_signal(handler, SIGKILL, NULL, 0);
	pulse->epoch++;
	raise_overruled(fence);
	pulse->hand_backs++;
	HOLD(HOLD_HAND_BACK_AFTER_FENCE);
	held_recall(fence->held, fence->tables);
	fence->phase = FENCE_PASSES;
	fence->handler_gone = handler < 0;
	undo_begin(&fence->undo, fence->held, verb);
}

void fence_handler_gone(struct fence *fence)
{
	if (fence->phase == FENCE_OFF || fence->handler_gone)
		return;
	fence->handler_gone = true;
	held_recall(fence->held, fence->tables);
	undo_begin(&fence->undo, fence->held, fence->undo.verb);
}

static void cell_clear(const struct fence *fence, uint32_t slot, enum knob knob)
{
	struct ledger *ledger = fence->tables->ledger;
	struct ledger_cell cell;

	if (!held_changed(fence->held, ledger, slot, knob, &cell))
		return;
	cell.state = LEDGER_CLEAR;
	ledger_write(ledger, slot, knob, &cell);
}

/* Switches and thaws are confirmed: what the ledger says of them is history. */
static void switches_clear(const struct fence *fence)
{
	for (uint32_t slot = 0; slot < fence->held->used; slot++) {
		if (!fence->held->group[slot].generation || fence->held->group[slot].error)
			continue;
		cell_clear(fence, slot, KNOB_OOM_CONTROL);
		cell_clear(fence, slot, KNOB_FREEZER);
	}
}

/* Return: whether there is a child to wait for. */
static bool debts_begin(struct fence *fence)
{
	const struct debts_order order = {
		.held = fence->held,
		.tables = fence->tables,
		.lock = fence->lock,
	};
	int ret;

	/* One that was given up may be gone by now; if not, the next fence tries again. */
	if (fence->stray && waitpid(fence->stray, NULL, WNOHANG) != 0)
		fence->stray = 0;
	if (!debts_exist(fence->held, fence->tables->ledger))
		return false;
	ret = debts_start(&order, &fence->debts);
	if (ret < 0) {
		say_line(SAY_ERROR, "cannot start the child that takes loans back: %s",
			 strerror(-ret));
		return false;
	}
	fence->debts_deadline = nsec_after(clock_now(), nsec_from_msec(DEBTS_DEADLINE_MSEC));
	return true;
}

/*
 * Past its deadline it is killed and not waited for: it may be in the kernel for long. It is our child
 * until it is reaped, so its pid cannot come to mean another process.
 */
static bool debts_over(struct fence *fence)
{
	if (waitpid(fence->debts, NULL, WNOHANG) == 0) {
		if (!nsec_reached(clock_now(), fence->debts_deadline))
			return false;
		say_line(SAY_WARNING, "loans were not taken back in time");
		(void)kill(fence->debts, SIGKILL);
		fence->stray = fence->debts;
	}
	fence->debts = 0;
	return true;
}

static bool passes_over(struct fence *fence)
{
	if (fence->undo.running && nsec_reached(clock_now(), fence->undo.due))
		undo_continue(&fence->undo);
	if (fence->undo.running)
		return false;
	if (fence->handler_gone)
		return true;
	/* Killed, but stuck in the kernel: whatever it still writes there is undone again. */
	undo_begin(&fence->undo, fence->held, fence->undo.verb);
	return false;
}

bool fence_continue(struct fence *fence)
{
	if (fence->phase == FENCE_PASSES && passes_over(fence)) {
		switches_clear(fence);
		fence->phase = debts_begin(fence) ? FENCE_DEBTS : FENCE_OFF;
	} else if (fence->phase == FENCE_DEBTS && debts_over(fence)) {
		fence->phase = FENCE_OFF;
	}
	return fence->phase == FENCE_OFF;
}

struct nsec fence_due(const struct fence *fence)
{
	if (fence->phase == FENCE_PASSES && fence->undo.running)
		return fence->undo.due;
	if (fence->phase == FENCE_PASSES && fence->handler_gone)
		return clock_now();
	return nsec_after(clock_now(), nsec_from_msec(DEBTS_POLL_MSEC));
}
