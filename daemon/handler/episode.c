/* See episode.h. */
#include "handler/episode.h"

#include <errno.h>

#include "base/clock.h"
#include "base/hold.h"
#include "handler/action.h"
#include "handler/decision.h"
#include "handler/level.h"
#include "handler/mark.h"
#include "handler/record.h"
#include "handler/slot.h"

#define EPISODE_FACTS_MSEC 20 /* how long a decision waits for fresh facts */
#define EPISODE_SETTLE_MSEC 1000
#define EPISODE_SETTLE_LOOK_MSEC 100
#define EPISODE_VICTIM_LOOK_MSEC 2
/* After this the record says unresolved and an alarm is raised; the proof is awaited all the same. */
#define EPISODE_KERNEL_SEC 10

static struct episode *find_free(struct handler *handler)
{
	for (int i = 0; i < EPISODE_POOL; i++)
		if (handler->episodes[i].phase == EPISODE_FREE)
			return &handler->episodes[i];
	return NULL;
}

/* To SNAPSHOT: fresh facts, or what is there when they do not come in time. */
static void ask(struct handler *handler, struct episode *episode)
{
	episode->phase = EPISODE_SNAPSHOT;
	episode->asked = handler->now;
	episode->due = handler->now;
	/* Dry run: the kernel is killing already, and fresh facts would not show its victim any more. */
	if (episode->policy.mode == POLICY_DRY_RUN)
		return;
	episode->due = nsec_after(handler->now, nsec_from_msec(EPISODE_FACTS_MSEC));
	snapshot_request(handler, episode->slot);
}

int episode_begin(struct handler *handler, uint32_t number, bool by_event)
{
	struct slot *slot = &handler->slots[number];
	struct episode *episode = find_free(handler);
	struct gauges gauges;
	int ret;

	if (!episode)
		return -EAGAIN;
	ret = level_gauges(handler, number, &gauges);
	if (ret == 0)
		ret = roster_read_policy(handler->tables.roster, slot->roster.policy,
					 &episode->policy);
	if (ret < 0)
		return ret;
	HOLD(HOLD_EPISODE_BEGIN);
	*episode = (struct episode){
		.slot = number,
		.trigger = handler->now,
		.deadline = nsec_after(handler->now, episode->policy.deadline),
		.kills_at_trigger = level_kills(handler, number),
		.victim = { .pidfd = -1 },
		.policy = episode->policy,
	};
	slot->episode = episode;
	record_trigger(handler, episode, &gauges, by_event);
	atomic_fetch_add(&handler->tables.outcomes->board[number].episodes, 1);
	ask(handler, episode);
	return 0;
}

void episode_close(struct handler *handler, struct episode *episode, enum outcome_kind kind)
{
	struct slot *slot = &handler->slots[episode->slot];

	if (episode->victim.waiting && episode->outcome.victims)
		record_victim_end(handler, episode,
				  action_victim_exited(&episode->victim) ? OUTCOME_VICTIM_EXITED
									 : OUTCOME_VICTIM_WAITING);
	if (episode->victim.pidfd >= 0)
		adopt_spend(&handler->adopt, episode->victim.pidfd);
	if (episode->mark)
		mark_remove(handler, episode->mark);
	if (!episode->reported)
		record_send(handler, episode, kind);
	slot->episode = NULL;
	slot->foreign = false;
	episode->phase = EPISODE_FREE;
	if (slot->state == BOARD_EPISODE)
		slot_set_state(handler, episode->slot, BOARD_ARMED);
	slot_note_calm(handler, episode->slot);
	/* Levels hidden behind this one show now. */
	handler->next_sweep = handler->now;
}

static const struct action_row *row_of(const struct episode *episode)
{
	return &action_rows[episode->policy.step[episode->step].kind];
}

static void dry_run(struct handler *handler, struct episode *episode)
{
	struct ranking ranking;

	decision_take(handler, episode, &ranking);
	record_would(handler, episode, ranking.first);
	episode->phase = EPISODE_WATCH;
	episode->due = nsec_after(handler->now, nsec_from_msec(EPISODE_SETTLE_MSEC));
}

/* A victim's exit is seen soon after it happens; the calm itself has time. */
static struct nsec settle_look(const struct handler *handler, const struct episode *episode)
{
	return nsec_after(handler->now,
			  nsec_from_msec(episode->victim.waiting ? EPISODE_VICTIM_LOOK_MSEC
								 : EPISODE_SETTLE_LOOK_MSEC));
}

static void settle_begin(struct handler *handler, struct episode *episode)
{
	episode->phase = EPISODE_SETTLE;
	episode->calm = handler->now;
	episode->outcome.resolved_nsec = nsec_between(episode->trigger, handler->now).count;
	record_step_end(handler, episode, OUTCOME_STEP_DONE);
	episode->due = settle_look(handler, episode);
}

/* The step whose turn it is, or the one after it; the last one, kernel, is never left. */
static void step_next(struct handler *handler, struct episode *episode,
		      enum outcome_step_result result)
{
	record_step_end(handler, episode, result);
	if (episode->step + 1 < episode->policy.step_count)
		episode->step++;
	episode->step_begun = false;
	episode->looks = 0;
	episode->due = handler->now;
}

static void step_verdict(struct handler *handler, struct episode *episode,
			 enum action_verdict verdict)
{
	switch (verdict) {
	case ACTION_WAITING:
		break;
	case ACTION_DONE:
	case ACTION_FAILED:
		if (row_of(episode)->hands_over)
			episode->due = action_look_after(handler->now, HANDLER_LOOKS - 1);
		else
			step_next(handler, episode,
				  verdict == ACTION_DONE ? OUTCOME_STEP_DONE : OUTCOME_STEP_FAILED);
		break;
	case ACTION_ENDED:
		record_step_end(handler, episode, OUTCOME_STEP_DONE);
		episode->outcome.resolved_nsec = nsec_between(episode->trigger, handler->now).count;
		episode_close(handler, episode, OUTCOME_HANDED_BACK);
		break;
	}
}

static void step_run(struct handler *handler, struct episode *episode)
{
	const struct action_row *row = row_of(episode);

	if (!episode->step_begun) {
		episode->step_begun = true;
		episode->step_begin = handler->now;
		record_step_begin(handler, episode);
		step_verdict(handler, episode,
			     row->begin ? row->begin(handler, episode)
					: row->tick(handler, episode));
		return;
	}
	step_verdict(handler, episode, row->tick(handler, episode));
}

static bool deadline_passed(const struct handler *handler, const struct episode *episode)
{
	return nsec_reached(handler->now, episode->deadline) && !row_of(episode)->hands_over;
}

static void deadline_enforce(struct handler *handler, struct episode *episode)
{
	record_step_end(handler, episode, OUTCOME_STEP_TIMED_OUT);
	episode->step = episode->policy.step_count - 1;
	episode->step_begun = false;
	episode->looks = 0;
}

/* Handed over and still not ended: say so loudly once, and keep looking. */
static void kernel_overdue(struct handler *handler, struct episode *episode)
{
	struct nsec limit = { .count = EPISODE_KERNEL_SEC * NSEC_PER_SEC };

	if (episode->reported || !episode->step_begun ||
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

/* The end of the kill step's wait belongs to the record even when the level fell first. */
static void victim_look(struct handler *handler, struct episode *episode)
{
	if (!episode->victim.waiting || !action_victim_exited(&episode->victim))
		return;
	record_victim_end(handler, episode, OUTCOME_VICTIM_EXITED);
	if (episode->victim.pidfd >= 0)
		adopt_spend(&handler->adopt, episode->victim.pidfd);
	episode->victim.pidfd = -1;
	episode->victim.waiting = false;
}

/*
 * What may have changed under an episode, whatever its phase: the group is gone, somebody else wrote 0,
 * or its tasks sleep for an ancestor that has run out as well and comes first.
 */
static bool overtaken(struct handler *handler, struct episode *episode, struct gauges *gauges)
{
	int ret = level_gauges(handler, episode->slot, gauges);

	if (ret == -ENODEV || ret == -ESRCH) {
		episode_close(handler, episode, OUTCOME_GROUP_GONE);
		return true;
	}
	if (ret < 0) {
		episode->due = action_look_after(handler->now, 0);
		return true;
	}
	if (handler->slots[episode->slot].state != BOARD_EPISODE)
		return false; /* the kernel's already: its step looks for the proof */
	if (!gauges->level.kill_disabled) {
		slot_overrule(handler, episode->slot);
		episode_close(handler, episode, OUTCOME_HANDED_BACK);
		return true;
	}
	if (!gauges->level.under_oom || !level_is_above(handler, episode->slot))
		return false;
	episode->calm = handler->now;
	episode->due = action_look_after(handler->now, 0);
	episode->deadline = nsec_after(episode->deadline, nsec_between(handler->now, episode->due));
	return true;
}

static void step_phase(struct handler *handler, struct episode *episode)
{
	struct gauges gauges;

	if (overtaken(handler, episode, &gauges))
		return;
	if (row_of(episode)->hands_over && episode->step_begun) {
		victim_look(handler, episode);
		kernel_overdue(handler, episode);
	} else if (!gauges.level.under_oom) {
		settle_begin(handler, episode);
		return;
	} else if (deadline_passed(handler, episode)) {
		deadline_enforce(handler, episode);
	} else if (!episode->victim.waiting && nudge_first(handler, episode)) {
		return;
	}
	step_run(handler, episode);
}

static enum outcome_kind end_kind(const struct episode *episode)
{
	return episode->acted ? OUTCOME_RESOLVED : OUTCOME_PASSED;
}

static void settle_phase(struct handler *handler, struct episode *episode)
{
	struct gauges gauges;

	if (overtaken(handler, episode, &gauges))
		return;
	if (gauges.level.under_oom) {
		/* Asleep again: the same step index and deadline, or raise-limit would go on for ever. */
		episode->nudges = 0;
		if (episode->step_begun && row_of(episode)->begin)
			step_next(handler, episode, OUTCOME_STEP_DONE);
		episode->step_begun = false;
		ask(handler, episode); /* whoever filled the group again may be new in it */
		return;
	}
	if (nsec_between(episode->calm, handler->now).count <
	    nsec_from_msec(EPISODE_SETTLE_MSEC).count) {
		episode->due = settle_look(handler, episode);
		return;
	}
	episode->outcome.proof = OUTCOME_PROOF_LEVEL;
	handler->slots[episode->slot].backoff = nsec_from_msec(EPISODE_SETTLE_MSEC);
	episode_close(handler, episode, end_kind(episode));
}

void episode_tick(struct handler *handler, struct episode *episode)
{
	switch ((enum episode_phase)episode->phase) {
	case EPISODE_FREE:
		break;
	case EPISODE_SNAPSHOT:
		if (episode->policy.mode == POLICY_DRY_RUN) {
			dry_run(handler, episode);
			break;
		}
		episode->phase = EPISODE_STEP;
		step_phase(handler, episode);
		break;
	case EPISODE_STEP:
		step_phase(handler, episode);
		break;
	case EPISODE_WATCH:
		episode_close(handler, episode, OUTCOME_DRY_RUN);
		break;
	case EPISODE_SETTLE:
		victim_look(handler, episode);
		settle_phase(handler, episode);
		break;
	}
}
