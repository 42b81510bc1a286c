/* See step.h. */
#include "handler/step.h"

#include "handler/action.h"
#include "handler/decision.h"
#include "handler/knob_turn.h"
#include "handler/level.h"
#include "handler/loan_bounds.h"
#include "handler/pressure.h"
#include "handler/record.h"
#include "handler/settle.h"
#include "handler/slot.h"

/* After this the record says unresolved and an alarm is raised; the proof is awaited all the same. */
#define STEP_KERNEL_SEC 10

static const struct policy_step *step_of(const struct episode *episode)
{
	return &episode->policy.step[episode->step];
}

static const struct action_row *row_of(const struct episode *episode)
{
	return action_row_of(step_of(episode));
}

/*
 * What one step leaves to the next: nothing frozen, and nobody to wait for, because the next one chooses
 * anew. But who was asked to end and did not is whom `kill` takes first.
 */
static void leave_behind(struct handler *handler, struct episode *episode)
{
	struct victim *victim = &episode->victim;

	action_thaw(handler, episode->slot);
	if (victim->waiting)
		record_victim_end(handler, episode,
				  victim_exited(handler, victim) ? OUTCOME_VICTIM_EXITED
								 : OUTCOME_VICTIM_OUTLIVED);
	if (victim->waiting || row_of(episode)->tick != action_kill_tick)
		victim_release(handler, victim);
}

static void step_begin_at(struct handler *handler, struct episode *episode, uint32_t step)
{
	/* What took its time has changed who is there; what did not has changed nothing. */
	bool stale = row_of(episode)->through_calm;

	episode->step = step;
	episode->step_begun = false;
	episode->looks = 0;
	leave_behind(handler, episode);
	if (stale) {
		pressure_forget(episode);
		episode_ask(handler, episode);
	} else {
		episode->due = handler->now;
	}
}

void step_next(struct handler *handler, struct episode *episode, enum outcome_step_result result)
{
	bool last = episode->step + 1 >= episode->policy.step_count;

	record_step_end(handler, episode, result);
	step_begin_at(handler, episode, last ? episode->step : episode->step + 1);
}

/* The kernel step, whatever stands before it. */
static void step_last(struct handler *handler, struct episode *episode,
		      enum outcome_step_result result)
{
	record_step_end(handler, episode, result);
	step_begin_at(handler, episode, episode->policy.step_count - 1);
}

/* The kernel's killer has ended it: our step if it was told whom to kill, else a hand-back. */
static void ended(struct handler *handler, struct episode *episode)
{
	record_step_end(handler, episode, OUTCOME_STEP_DONE);
	episode->outcome.resolved_nsec = nsec_between(episode->trigger, handler->now).count;
	episode_close(handler, episode,
		      step_of(episode)->kind == STEP_KILL ? OUTCOME_RESOLVED : OUTCOME_HANDED_BACK);
}

static void verdict_take(struct handler *handler, struct episode *episode,
			 enum action_verdict verdict)
{
	switch (verdict) {
	case ACTION_WAITING:
		break;
	case ACTION_DONE:
		step_next(handler, episode, OUTCOME_STEP_DONE);
		break;
	case ACTION_FAILED:
		step_next(handler, episode, OUTCOME_STEP_FAILED);
		break;
	case ACTION_TIMED_OUT:
		step_next(handler, episode, OUTCOME_STEP_TIMED_OUT);
		break;
	case ACTION_OVER_BUDGET:
		step_last(handler, episode, OUTCOME_STEP_OVER_BUDGET);
		break;
	case ACTION_HAND_OVER:
		step_last(handler, episode, OUTCOME_STEP_FAILED);
		break;
	case ACTION_ENDED:
		ended(handler, episode);
		break;
	}
}

/*
 * The best source failed just now, and those facts that would do have not been waited for: once more from
 * the beginning of this step. It is known to fail then, so this does not come twice in a row.
 */
static bool put_back(struct handler *handler, struct episode *episode)
{
	if (!decision_is_late(handler, episode))
		return false;
	record_source_failure(episode, &handler->snapshot);
	episode_ask(handler, episode);
	return true;
}

static void step_run(struct handler *handler, struct episode *episode)
{
	const struct action_row *row = row_of(episode);
	bool first = !episode->step_begun;

	if (first && put_back(handler, episode))
		return;
	if (first) {
		/* A child group that was begun with is gone on with; one only looked at is not. */
		if (!episode->outcome.victims)
			episode->unit_inode = 0;
		episode->step_begun = true;
		episode->step_begin = handler->now;
		record_step_begin(handler, episode);
	}
	verdict_take(handler, episode,
		     first && row->begin ? row->begin(handler, episode)
					 : row->tick(handler, episode));
	handler->snapshot.kept = NULL;
}

static void deadline_enforce(struct handler *handler, struct episode *episode)
{
	action_thaw(handler, episode->slot);
	record_step_end(handler, episode, OUTCOME_STEP_TIMED_OUT);
	/* A victim that is waited for may exit yet: the kernel step goes on looking. */
	if (!episode->victim.waiting)
		victim_release(handler, &episode->victim);
	episode->step = episode->policy.step_count - 1;
	episode->step_begun = false;
	episode->looks = 0;
}

/* Handed over and still not ended: say so loudly once, and keep looking. */
static void kernel_overdue(struct handler *handler, struct episode *episode)
{
	struct nsec limit = { .count = STEP_KERNEL_SEC * NSEC_PER_SEC };

	if (episode->reported ||
	    nsec_between(episode->step_begin, handler->now).count < limit.count)
		return;
	record_step_end(handler, episode, OUTCOME_STEP_TIMED_OUT);
	record_send(handler, episode, OUTCOME_UNRESOLVED);
	episode->reported = true;
}

/*
 * A sleeper although every counter has room: its wake-up got lost, or it was moved here from nowhere we
 * can see. Killing somebody would not be the cure; waking it is.
 */
static bool nudge_first(struct handler *handler, struct episode *episode)
{
	if (episode->nudges == HANDLER_LOOKS || !level_has_margin(handler, episode->slot))
		return false;
	(void)action_nudge(handler, episode->slot); /* the level at the next look tells */
	episode->due = action_look_after(handler->now, episode->nudges++);
	return true;
}

/*
 * Its grace was lent memory to run in, which is why nobody sleeps: what it has not given back when the
 * loan ends the others would have to.
 */
static bool kill_is_owed(const struct handler *handler, const struct episode *episode,
			 const struct gauges *gauges)
{
	const struct victim *victim = &episode->victim;
	const struct bytes limit = { gauges->limit };
	struct ledger_cell lent;

	if (!victim->count || victim->waiting || row_of(episode)->tick != action_kill_tick)
		return false;
	lent = knob_entry(handler, episode->slot, KNOB_LIMIT);
	return gauges->usage > loan_found(&lent, limit).count;
}

/* Steps that are over as soon as nobody sleeps. Return: whether there is anything to do for the step. */
static bool step_is_wanted(struct handler *handler, struct episode *episode,
			   const struct gauges *gauges)
{
	bool on = pressure_is_on(handler, episode, gauges);
	bool deadline = nsec_reached(handler->now, episode->deadline);

	if (!on && !kill_is_owed(handler, episode, gauges)) {
		settle_begin(handler, episode);
		return false;
	}
	if (deadline && on && !row_of(episode)->hands_over)
		deadline_enforce(handler, episode);
	else if (gauges->level.under_oom && !episode->victim.waiting &&
		 nudge_first(handler, episode))
		return false;
	return true;
}

void step_tick(struct handler *handler, struct episode *episode)
{
	const struct action_row *row = row_of(episode);
	struct gauges gauges;

	if (pressure_overtaken(handler, episode, &gauges))
		return;
	if (row->hands_over && episode->step_begun) {
		settle_victim(handler, episode);
		kernel_overdue(handler, episode);
	} else if (row->through_calm && episode->step_begun) {
		if (pressure_is_on(handler, episode, &gauges) &&
		    nsec_reached(handler->now, episode->deadline))
			deadline_enforce(handler, episode);
	} else if (!step_is_wanted(handler, episode, &gauges)) {
		return;
	}
	step_run(handler, episode);
}
