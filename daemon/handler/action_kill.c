/*
 * Step `kill`: SIGKILL to the first of the ranking and all who share its memory, wait for their death,
 * then the next one if the group stays full or the first does not die in time. The wait is a look every
 * few milliseconds: at SCHED_FIFO the victim needs the processor more than we do.
 */
#include <errno.h>
#include <signal.h>

#include "base/hold.h"
#include "handler/action.h"
#include "handler/decision.h"
#include "handler/pressure.h"
#include "handler/record.h"

#define KILL_LOOK_MSEC 2
#define KILL_SEAT_WAITS 25
/* Between a victim's exit and the next choice: its pages may still be on their way back. */
#define KILL_AFTERMATH_MSEC 20
#define KILL_TIMEOUT_MSEC 1000 /* in the last resort, where no step says how long */

static void look_again(struct handler *handler, struct episode *episode, uint64_t msec)
{
	episode->due = nsec_after(handler->now, nsec_from_msec(msec));
}

/* The next choice needs to know who is left, not who was there before. */
static void choose_again(struct handler *handler, struct episode *episode)
{
	snapshot_request(handler, episode->slot);
	look_again(handler, episode, KILL_AFTERMATH_MSEC);
}

static struct nsec timeout_of(const struct episode *episode)
{
	struct nsec timeout = episode->policy.step[episode->step].timeout;

	return timeout.count ? timeout : nsec_from_msec(KILL_TIMEOUT_MSEC);
}

/* To episode->victim, which is held. */
static void kill_victim(struct handler *handler, struct episode *episode,
			const struct outcome_candidate *who)
{
	struct record_signal told = { .number = SIGKILL };

	HOLD(HOLD_KILL_BEFORE_SIGNAL);
	told.error = victim_signal(handler, &episode->victim, SIGKILL, &told.method);
	HOLD(HOLD_KILL_AFTER_SIGNAL);
	if (told.error == -EAGAIN) {
		/* An order was to do, and no program works any more: its descriptor is waited for. */
		victim_release(handler, &episode->victim);
		episode->paid = true;
		look_again(handler, episode, KILL_LOOK_MSEC);
		return;
	}
	episode->paid = false;
	episode_note_tried(episode, who->pid);
	record_victim(episode, who, told);
	if (told.error < 0) {
		/* -ESRCH: it went by itself, and its pages are on their way back. */
		victim_release(handler, &episode->victim);
		choose_again(handler, episode);
		return;
	}
	pressure_forget(episode);
	episode->acted = true;
	episode->nudges = 0;
	episode->reported = false; /* an alarm raised before this does not tell how it ended */
	episode->victim.waiting = true;
	episode->victim.overdue = nsec_after(handler->now, timeout_of(episode));
	atomic_fetch_add(&handler->tables.outcomes->board[episode->slot].kills, 1);
	look_again(handler, episode, 1);
}

/* Nobody to signal: it has gone, or its descriptor never came. Then it is not chosen again. */
static void pass_over(struct handler *handler, struct episode *episode,
		      const struct outcome_candidate *who, int error)
{
	episode_note_tried(episode, who->pid);
	record_victim(episode, who, (struct record_signal){ .number = SIGKILL, .error = error });
	choose_again(handler, episode);
}

/*
 * Frozen by somebody else: nobody in it can die before they thaw it, but the kernel's killer thaws whom
 * it kills. More than one signal would be more than one death in the end.
 */
static bool is_held_frozen(const struct handler *handler, const struct episode *episode)
{
	uint32_t generation = handler->slots[episode->slot].roster.generation;
	const struct group_seat *seat = adopt_group(&handler->adopt, episode->slot, generation);
	uint64_t frozen;

	return seat && seat->fd[GROUP_FREEZER] >= 0 && episode->freezer_fd < 0 &&
	       knob_get(KNOB_FREEZER, seat->fd[GROUP_FREEZER], &frozen) == 0 && frozen;
}

static enum action_verdict kill_next(struct handler *handler, struct episode *episode)
{
	const struct ranking *ranking;
	int ret;

	if (episode->tried_count == EPISODE_TRIED)
		return ACTION_FAILED; /* an endless queue of victims is not a cure: the next step */
	if (episode->tried_count > 0 && is_held_frozen(handler, episode)) {
		record_step_error(episode, -EBUSY);
		return ACTION_HAND_OVER;
	}
	ranking = decision_take(handler, episode);
	if (!ranking->first)
		return ACTION_FAILED;
	ret = victim_take(handler, ranking->first, &episode->victim);
	/* The sampler has only just met it, and the adopt thread has not had its turn: no reason to spare it. */
	if (ret == -EAGAIN && episode->seat_waits++ < KILL_SEAT_WAITS) {
		look_again(handler, episode, KILL_LOOK_MSEC);
		return ACTION_WAITING;
	}
	episode->seat_waits = 0;
	if (ret < 0) {
		pass_over(handler, episode, &ranking->first->who, ret == -EAGAIN ? -ESRCH : ret);
		return ACTION_WAITING;
	}
	if (!episode->paid && !budget_take(handler, episode)) {
		victim_release(handler, &episode->victim);
		return ACTION_OVER_BUDGET;
	}
	kill_victim(handler, episode, &ranking->first->who);
	return ACTION_WAITING;
}

/* It was asked to end and has outlived its grace: the choice was made then, and counted. */
static enum action_verdict kill_held(struct handler *handler, struct episode *episode)
{
	const struct outcome *outcome = &episode->outcome;
	const struct outcome_candidate who = outcome->victim[outcome->victims - 1].who;

	/* Nobody is chosen: victim_signal() looks for sharers in the snapshot, which is another turn's. */
	(void)decision_take(handler, episode);
	kill_victim(handler, episode, &who);
	return ACTION_WAITING;
}

enum action_verdict action_kill_tick(struct handler *handler, struct episode *episode)
{
	struct victim *victim = &episode->victim;

	if (!victim->waiting)
		return victim->count && episode->outcome.victims ? kill_held(handler, episode)
								 : kill_next(handler, episode);
	if (victim_exited(handler, victim)) {
		record_victim_end(handler, episode, OUTCOME_VICTIM_EXITED);
	} else if (nsec_reached(handler->now, victim->overdue)) {
		record_victim_end(handler, episode, OUTCOME_VICTIM_OUTLIVED);
	} else {
		look_again(handler, episode, KILL_LOOK_MSEC);
		return ACTION_WAITING;
	}
	victim_release(handler, victim);
	choose_again(handler, episode);
	return ACTION_WAITING;
}
