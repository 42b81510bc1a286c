/*
 * Step `kernel`, also the end of every deadline: the kernel's killer gets the episode, with our choice
 * marked. And `kill via=kernel`: the same, because the kernel's kill is wanted (it reaps, thaws and logs),
 * not because we are at our wits' end.
 *
 * One write of 0 can be lost (KERNEL.md K1), so it is repeated until the end is proven; and under_oom
 * falling proves nothing here, because with the killer on it is only raised while a kill is being
 * announced (K2).
 */
#include <errno.h>

#include "base/hold.h"
#include "handler/action.h"
#include "handler/decision.h"
#include "handler/knob_turn.h"
#include "handler/last_resort.h"
#include "handler/level.h"
#include "handler/mark.h"
#include "handler/pressure.h"
#include "handler/record.h"
#include "handler/rival.h"
#include "handler/slot.h"

#define KERNEL_LOOK_MSEC 100
#define KERNEL_CALM_MSEC 1000
#define KERNEL_EXIT_LOOK_MSEC 2
#define MARK_SEAT_WAITS 25
#define MARK_SEAT_LOOK_MSEC 2

static void mark_take_off(struct handler *handler, struct episode *episode)
{
	if (episode->mark)
		mark_remove(handler, episode->mark);
	episode->mark = 0;
}

static int mark_choice(struct handler *handler, struct episode *episode,
		       const struct candidate *choice)
{
	int ret;

	mark_take_off(handler, episode); /* of an earlier choice, perhaps of this one */
	ret = mark_put(handler, choice);
	if (ret > 0)
		episode->mark = (uint32_t)ret;
	return ret;
}

/* Of those that may be chosen, and whose descriptor is there, the first in the order. NULL: nobody. */
static const struct candidate *first_with_seat(const struct handler *handler,
					       const struct ranking_context *context)
{
	const struct snapshot *snapshot = &handler->snapshot;
	const struct candidate *first = NULL;
	enum outcome_tier tier;

	for (uint32_t i = 0; i < snapshot->count; i++) {
		const struct candidate *candidate = &snapshot->list[i];

		if (ranking_never(candidate, context) == OUTCOME_TIER_FIRST &&
		    mark_is_possible(handler, candidate) &&
		    (!first || ranking_compare(candidate, first, context, &tier) < 0))
			first = candidate;
	}
	return first;
}

/* Better than to leave the kernel its own: whom it takes then, no rule of the policy says. */
static int mark_next_best(struct handler *handler, struct episode *episode)
{
	const struct ranking_question question = decision_question(handler, episode);
	struct snapshot *snapshot = &handler->snapshot;
	struct ranking_context context =
		ranking_prepare(snapshot->list, snapshot->count, &question);
	const struct candidate *choice = first_with_seat(handler, &context);

	return choice ? mark_choice(handler, episode, choice) : -ESRCH;
}

/* Return: whether @error of a mark says that its descriptor may come yet; then @episode is to wait. */
static bool wait_for_seat(const struct handler *handler, struct episode *episode, int error)
{
	if (error != -ESRCH || episode->seat_waits++ >= MARK_SEAT_WAITS)
		return false;
	episode->due = nsec_after(handler->now, nsec_from_msec(MARK_SEAT_LOOK_MSEC));
	return true;
}

static int give_back(struct handler *handler, const struct episode *episode)
{
	int ret;

	HOLD(HOLD_KERNEL_BEFORE_WRITE);
	ret = knob_return(handler, episode->slot, KNOB_OOM_CONTROL, 0);
	HOLD(HOLD_KERNEL_AFTER_WRITE);
	return ret;
}

enum action_verdict action_hand_over(struct handler *handler, struct episode *episode)
{
	struct gauges gauges;
	int ret;

	action_thaw(handler, episode->slot);
	episode->kills_at_trigger = level_kills(handler, episode->slot);
	/* First the kills so far, then the write: the proof is their rise. */
	slot_handed_back(handler, episode->slot);
	slot_rest(handler, episode->slot, episode->budget_again);
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

enum action_verdict action_kernel_begin(struct handler *handler, struct episode *episode)
{
	const struct ranking *ranking = decision_take(handler, episode);
	int ret = ranking->first ? mark_choice(handler, episode, ranking->first) : -ENOENT;

	if (wait_for_seat(handler, episode, ret))
		return ACTION_WAITING;
	if (ret == -ESRCH)
		ret = mark_next_best(handler, episode);
	/* A mark makes even one at -1000 a victim for the kernel, where the policy allows it. */
	if (ret < 0 && last_resort_is_due(handler, ranking))
		return last_resort_begin(handler, episode);
	return action_hand_over(handler, episode);
}

/* Our choice could not be made the kernel's: the signal is sent by ourselves, as via=signal does. */
static enum action_verdict kill_instead(struct handler *handler, struct episode *episode)
{
	episode->policy.step[episode->step].via = STEP_VIA_SIGNAL;
	return action_kill_tick(handler, episode);
}

enum action_verdict action_mark_begin(struct handler *handler, struct episode *episode)
{
	const struct ranking *ranking = decision_take(handler, episode);
	const struct ranking_question question = decision_question(handler, episode);
	const struct candidate *first = ranking->first;
	int ret;

	if (!first)
		return ACTION_FAILED;
	ret = rival_outranks(&handler->snapshot, first, &question)
		      ? -EPERM
		      : mark_choice(handler, episode, first);
	if (wait_for_seat(handler, episode, ret))
		return ACTION_WAITING;
	if (ret < 0)
		return kill_instead(handler, episode);
	if (!budget_take(handler, episode)) {
		mark_take_off(handler, episode); /* the kernel step chooses anew */
		return ACTION_OVER_BUDGET;
	}
	episode_note_tried(episode, first->who.pid);
	record_victim(episode, &first->who, (struct record_signal){ .number = 0 });
	/* Without its descriptor its end is not seen; the proof is the kernel's count all the same. */
	episode->victim.waiting = victim_take(handler, first, &episode->victim) == 0;
	episode->victim.overdue =
		nsec_after(handler->now, episode->policy.step[episode->step].timeout);
	return action_hand_over(handler, episode);
}

/* Over while it waited for a descriptor: then nobody has to go. */
static bool is_over(struct handler *handler, struct episode *episode)
{
	struct gauges gauges;

	return level_gauges(handler, episode->slot, &gauges) == 0 &&
	       !pressure_is_on(handler, episode, &gauges);
}

static bool was_handed_over(const struct handler *handler, const struct episode *episode)
{
	return handler->slots[episode->slot].state != BOARD_EPISODE;
}

/*
 * The kernel killed. When that was what our step asked for it is no hand-back that should make us
 * hesitate the next time.
 */
static enum action_verdict kills_proven(struct handler *handler, struct episode *episode)
{
	const struct victim *victim = &episode->victim;
	bool ordered = episode->policy.step[episode->step].kind == STEP_KILL;

	if (ordered && victim->waiting && !nsec_reached(handler->now, victim->overdue)) {
		episode->due = nsec_after(handler->now, nsec_from_msec(KERNEL_EXIT_LOOK_MSEC));
		return ACTION_WAITING; /* its exit belongs to the record */
	}
	if (ordered && !victim->waiting)
		slot_ease(handler, episode->slot);
	episode->outcome.proof = OUTCOME_PROOF_KILLS;
	return ACTION_ENDED;
}

/* The write and its wake-up may have missed the sleeper: again, with a nudge for the moved ones. */
static void repeat(struct handler *handler, struct episode *episode)
{
	if (give_back(handler, episode) == 0 && level_has_margin(handler, episode->slot))
		(void)action_nudge(handler, episode->slot); /* looked at again in any case */
}

static enum action_verdict kernel_await(struct handler *handler, struct episode *episode)
{
	struct gauges gauges;

	episode->due = action_look_after(handler->now, HANDLER_LOOKS - 1);
	if (level_gauges(handler, episode->slot, &gauges) < 0)
		return ACTION_WAITING; /* gone, which the next look says as well */
	/* A sleeper can be left behind by the kill that helped the others. */
	if (!gauges.level.under_oom &&
	    level_kills(handler, episode->slot) > episode->kills_at_trigger)
		return kills_proven(handler, episode);
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

enum action_verdict action_mark_tick(struct handler *handler, struct episode *episode)
{
	if (was_handed_over(handler, episode))
		return kernel_await(handler, episode);
	return is_over(handler, episode) ? ACTION_DONE : action_mark_begin(handler, episode);
}

enum action_verdict action_kernel_tick(struct handler *handler, struct episode *episode)
{
	if (was_handed_over(handler, episode))
		return kernel_await(handler, episode);
	return is_over(handler, episode) ? ACTION_DONE : action_kernel_begin(handler, episode);
}
