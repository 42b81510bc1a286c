/*
 * Step `kernel`, also the end of every deadline: the kernel's killer gets the episode, with our choice
 * marked. One write of 0 can be lost (KERNEL.md K1), so it is repeated until the end is proven; and
 * under_oom falling proves nothing here, because with the killer on it is only raised while a kill is
 * being announced (A2).
 */
#include <errno.h>

#include "base/hold.h"
#include "handler/action.h"
#include "handler/decision.h"
#include "handler/knob_turn.h"
#include "handler/level.h"
#include "handler/mark.h"
#include "handler/record.h"
#include "handler/slot.h"

#define KERNEL_LOOK_MSEC 100
#define KERNEL_CALM_MSEC 1000

static void mark_choice(struct handler *handler, struct episode *episode)
{
	struct ranking ranking;
	int ret;

	decision_take(handler, episode, &ranking);
	if (!ranking.first)
		return;
	ret = mark_put(handler, ranking.first);
	if (ret > 0)
		episode->mark = (uint32_t)ret;
}

static int give_back(struct handler *handler, const struct episode *episode)
{
	int ret;

	HOLD(HOLD_KERNEL_BEFORE_WRITE);
	ret = knob_return(handler, episode->slot, KNOB_OOM_CONTROL, 0);
	HOLD(HOLD_KERNEL_AFTER_WRITE);
	return ret;
}

enum action_verdict action_kernel_begin(struct handler *handler, struct episode *episode)
{
	struct gauges gauges;
	int ret;

	mark_choice(handler, episode);
	episode->kills_at_trigger = level_kills(handler, episode->slot);
	/* First the kills so far, then the write: the proof is their rise. */
	slot_handed_back(handler, episode->slot);
	ret = give_back(handler, episode);
	if (ret < 0)
		record_step_error(episode, ret);
	episode->acted = true;
	if (level_gauges(handler, episode->slot, &gauges) == 0)
		episode->refused_last = level_refused(&gauges);
	episode->refused_since = handler->now;
	episode->due = action_look_after(handler->now, 0);
	return ACTION_WAITING;
}

/* The write and its wake-up may have missed the sleeper: again, with a nudge for the moved ones. */
static void repeat(struct handler *handler, struct episode *episode)
{
	if (give_back(handler, episode) == 0 && level_has_margin(handler, episode->slot))
		(void)action_nudge(handler, episode->slot); /* looked at again in any case */
}

enum action_verdict action_kernel_tick(struct handler *handler, struct episode *episode)
{
	struct gauges gauges;

	if (level_gauges(handler, episode->slot, &gauges) < 0)
		return ACTION_FAILED;
	/* A sleeper can be left behind by the kill that helped the others. */
	if (!gauges.level.under_oom &&
	    level_kills(handler, episode->slot) > episode->kills_at_trigger) {
		episode->outcome.proof = OUTCOME_PROOF_KILLS;
		return ACTION_ENDED;
	}
	if (gauges.level.under_oom || level_refused(&gauges) != episode->refused_last) {
		episode->refused_last = level_refused(&gauges);
		episode->refused_since = handler->now;
	}
	if (gauges.usage < gauges.limit &&
	    nsec_between(episode->refused_since, handler->now).count >=
		    nsec_from_msec(KERNEL_CALM_MSEC).count) {
		episode->outcome.proof = OUTCOME_PROOF_CALM;
		return ACTION_ENDED;
	}
	if (gauges.level.under_oom)
		repeat(handler, episode);
	episode->due = ++episode->looks < HANDLER_LOOKS
			       ? action_look_after(handler->now, episode->looks)
			       : nsec_after(handler->now, nsec_from_msec(KERNEL_LOOK_MSEC));
	return ACTION_WAITING;
}
