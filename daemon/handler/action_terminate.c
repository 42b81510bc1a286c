/*
 * Step `terminate`: a clean end for the first of the ranking. The signal comes first, then memory to
 * handle it in, slice by slice while the grace runs: a sleeper does not see a handled signal before it is
 * woken, and every raise wakes its hungry neighbours as well. So the reserve is not given at once: with
 * three of them 16 MiB in one piece let 5 of 10 victims finish, raised before the signal 3 of 10.
 *
 * That nobody sleeps says nothing here, because the loan does that; the end is the victim's exit. Whoever
 * outlives its grace stays in episode->victim: `kill` takes it first.
 */
#include <errno.h>

#include "base/hold.h"
#include "handler/action.h"
#include "handler/decision.h"
#include "handler/knob_turn.h"
#include "handler/level.h"
#include "handler/loan_bounds.h"
#include "handler/pressure.h"
#include "handler/record.h"

#define TERMINATE_LOOK_MSEC 5
#define TERMINATE_SEAT_LOOK_MSEC 2
#define TERMINATE_SEAT_WAITS 25
#define TERMINATE_FACTS_MSEC 20
/* Of the reserve. Half of the grace is for lending, the other half for using what was lent. */
#define TERMINATE_SLICES 4
#define TERMINATE_SLICE_MSEC 20
/* Refused for so long, with nothing lent: a sleeper will not see the signal. */
#define TERMINATE_UNLENT_MSEC 100

static const struct policy_step *step_of(const struct episode *episode)
{
	return &episode->policy.step[episode->step];
}

static void look_again(const struct handler *handler, struct episode *episode, uint64_t msec)
{
	episode->due = nsec_after(handler->now, nsec_from_msec(msec));
}

static void pace(const struct handler *handler, struct episode *episode)
{
	struct nsec span = { .count = step_of(episode)->grace.count / (2 * TERMINATE_SLICES) };

	if (span.count < nsec_from_msec(TERMINATE_SLICE_MSEC).count)
		span = nsec_from_msec(TERMINATE_SLICE_MSEC);
	episode->paced = nsec_after(handler->now, span);
}

/* In whole pages. */
static struct bytes slice_of(const struct handler *handler, const struct episode *episode,
			     const struct gauges *gauges)
{
	struct ledger_cell lent = knob_entry(handler, episode->slot, KNOB_LIMIT);
	struct bytes found = loan_found(&lent, (struct bytes){ .count = gauges->limit });
	uint64_t slice = loan_amount(step_of(episode)->reserve, found).count / TERMINATE_SLICES;
	uint64_t pages = (slice + handler->page_bytes - 1) / handler->page_bytes;

	return (struct bytes){ .count = pages * handler->page_bytes };
}

/* A slice that is refused is no failure: the victim may be awake, and its grace runs. */
static void lend_slice(struct handler *handler, struct episode *episode,
		       const struct gauges *gauges)
{
	const struct action_loan loan = {
		.by = { .value = slice_of(handler, episode, gauges).count },
		.max = { .value = UINT64_MAX }, /* the slices are the bound, not twice the limit */
		.hold_for = nsec_between(handler->now, episode->victim.overdue),
	};
	struct bytes limit;
	int ret = action_lend(handler, episode, &loan, &limit);

	pace(handler, episode);
	if (ret < 0)
		record_step_error(episode, ret);
	if (ret < 0 && ret != -EAGAIN) {
		if (!episode->victim.unlent.count)
			episode->victim.unlent = handler->now;
		return;
	}
	record_step_amount(episode, limit);
	record_step_count(episode, ++episode->slices);
}

/*
 * Somebody sleeps, perhaps the victim. Room that a sleeper does not use means a lost wake-up; who is woken
 * uses it up and sleeps again, and then it is a slice's turn.
 */
static void help(struct handler *handler, struct episode *episode, const struct gauges *gauges)
{
	if (level_has_margin(handler, episode->slot)) {
		(void)action_nudge(handler, episode->slot); /* the level at the next look tells */
		episode->paced = nsec_after(handler->now, nsec_from_msec(TERMINATE_SLICE_MSEC));
	} else if (step_of(episode)->reserve.value && episode->slices < TERMINATE_SLICES) {
		lend_slice(handler, episode, gauges);
	}
}

static enum action_verdict grace_begin(struct handler *handler, struct episode *episode,
				       const struct outcome_candidate *who,
				       struct record_signal told)
{
	struct gauges gauges;

	record_victim(episode, who, told);
	episode->acted = true;
	episode->victim.waiting = true;
	episode->victim.overdue = nsec_after(handler->now, step_of(episode)->grace);
	if (level_gauges(handler, episode->slot, &gauges) == 0 && gauges.level.under_oom)
		help(handler, episode, &gauges);
	look_again(handler, episode, TERMINATE_LOOK_MSEC);
	return ACTION_WAITING;
}

static enum action_verdict choose(struct handler *handler, struct episode *episode)
{
	const struct ranking *ranking = decision_take(handler, episode);
	struct record_signal told = { .number = (int)step_of(episode)->signal_number };
	int ret = ranking->first ? victim_take(handler, ranking->first, &episode->victim) : -ENOENT;

	if (ret == 0 && !budget_take(handler, episode)) {
		victim_release(handler, &episode->victim);
		return ACTION_OVER_BUDGET;
	}
	if (ret == 0) {
		ret = victim_signal(handler, &episode->victim, told.number, &told.method);
		HOLD(HOLD_TERMINATE_AFTER_SIGNAL);
	}
	if (ret == 0)
		return grace_begin(handler, episode, &ranking->first->who, told);
	victim_release(handler, &episode->victim);
	if ((ret != -ESRCH && ret != -EAGAIN) || episode->seat_waits++ == TERMINATE_SEAT_WAITS) {
		record_step_error(episode, ret);
		return ACTION_FAILED;
	}
	/* Its descriptor is still on its way; or it went by itself, and the facts do not know. */
	if (ret == -ESRCH)
		snapshot_request(handler, episode->slot);
	look_again(handler, episode,
		   ret == -ESRCH ? TERMINATE_FACTS_MSEC : TERMINATE_SEAT_LOOK_MSEC);
	return ACTION_WAITING;
}

enum action_verdict action_terminate_begin(struct handler *handler, struct episode *episode)
{
	episode->slices = 0;
	episode->seat_waits = 0;
	episode->paced = (struct nsec){ 0 };
	return choose(handler, episode);
}

/* Still held, and no longer waited for: `kill` comes next. */
static enum action_verdict give_up(struct handler *handler, struct episode *episode,
				   enum action_verdict verdict)
{
	record_victim_end(handler, episode, OUTCOME_VICTIM_OUTLIVED);
	episode->victim.waiting = false;
	return verdict;
}

/* The host had nothing to lend, and the victim sleeps on. */
static bool is_hopeless(const struct handler *handler, const struct episode *episode)
{
	struct nsec unlent = episode->victim.unlent;

	return unlent.count && !episode->slices &&
	       nsec_reached(handler->now,
			    nsec_after(unlent, nsec_from_msec(TERMINATE_UNLENT_MSEC)));
}

enum action_verdict action_terminate_tick(struct handler *handler, struct episode *episode)
{
	struct gauges gauges;

	if (level_gauges(handler, episode->slot, &gauges) < 0)
		return ACTION_FAILED;
	if (!episode->victim.waiting)
		return pressure_is_on(handler, episode, &gauges) ? choose(handler, episode)
								 : ACTION_DONE;
	if (victim_exited(handler, &episode->victim)) {
		record_victim_end(handler, episode, OUTCOME_VICTIM_EXITED);
		victim_release(handler, &episode->victim);
		return ACTION_DONE;
	}
	if (nsec_reached(handler->now, episode->victim.overdue))
		return give_up(handler, episode, ACTION_TIMED_OUT);
	if (gauges.level.under_oom && is_hopeless(handler, episode))
		return give_up(handler, episode, ACTION_FAILED);
	if (gauges.level.under_oom && nsec_reached(handler->now, episode->paced))
		help(handler, episode, &gauges);
	look_again(handler, episode, TERMINATE_LOOK_MSEC);
	return ACTION_WAITING;
}
