/*
 * Step `kill-group`: SIGKILL to everybody the policy does not spare, in rounds, because a group forks
 * while it is being killed. A round (group_round.h) looks who is there and signals whom it has not
 * signalled yet; one that brought news is followed by another at once, by the kernel's own word who is
 * there: a fork bomb is beaten by rounds that take less time than its next generation. Where the group has
 * a freezer of its own it stands still meanwhile, and one round is all; frozen tasks do not die, so it is
 * thawed as soon as nobody is left to signal.
 *
 * Measured on 6.18 with a program that does the same rounds, against 500 processes that fork as fast as
 * they can, in 64 MiB on two processors: 80 to 110 ms with a freezer, 110 to 250 ms without, up to 1.2 s
 * with facts alone. A chain of processes each of which forks once and exits is caught by luck
 * without a freezer (one time in four, after 2.5 s). What the daemon itself needs is printed by tests/cgroup/042-kill-group.
 */
#include <errno.h>

#include "base/clock.h"
#include "handler/action.h"
#include "handler/decision.h"
#include "handler/freezer.h"
#include "handler/group_round.h"
#include "handler/record.h"
#include "handler/strangers.h"

#define GROUP_NOTE_MSEC 50 /* for the supervisor to note the freeze on the group; else without */
#define GROUP_LOOK_MSEC 2
#define GROUP_ROUND_MSEC 5
#define GROUP_FACTS_MSEC 20 /* without fresh facts by then, a round with what is there */
#define GROUP_ROUNDS 3 /* in one turn of the loop; the lists of members are used up by then */
#define GROUP_ROUNDS_BPF 16 /* which needs no lists: mostly the time below ends the turn */
#define GROUP_TURN_MSEC 20 /* no further round in this turn: other groups wait for theirs */
/* Between rounds that bring news: those that were signalled need the processor to die. */
#define GROUP_NEWS_MSEC 1
/* In a row. One is not enough: a fork can be through and its child not in the list yet. */
#define GROUP_EMPTY_ROUNDS 2

static const struct policy_step *step_of(const struct episode *episode)
{
	return &episode->policy.step[episode->step];
}

static void look_again(const struct handler *handler, struct episode *episode, uint64_t msec)
{
	episode->due = nsec_after(handler->now, nsec_from_msec(msec));
}

static enum action_verdict finish(struct handler *handler, struct episode *episode,
				  enum action_verdict verdict)
{
	struct victim *victim = &episode->victim;

	action_thaw(handler, episode->slot);
	strangers_release(handler, episode);
	if (victim->waiting)
		record_victim_end(handler, episode,
				  victim_exited(handler, victim) ? OUTCOME_VICTIM_EXITED
								 : OUTCOME_VICTIM_OUTLIVED);
	victim_release(handler, victim);
	return verdict;
}

/* Half of the time is for dying: by then it is thawed even if there may be somebody left to signal. */
static bool is_thaw_overdue(const struct handler *handler, const struct episode *episode)
{
	return nsec_between(episode->step_begin, handler->now).count >=
	       step_of(episode)->timeout.count / 2;
}

/* When the next round is wanted; @round: the latest. */
static enum action_verdict rounds_settle(struct handler *handler, struct episode *episode,
					 const struct round *round)
{
	bool nobody_to_signal = round->complete && !round->news && !round->pending;

	if (nobody_to_signal || is_thaw_overdue(handler, episode))
		action_thaw(handler, episode->slot);
	episode->looks = nobody_to_signal && !round->left ? episode->looks + 1 : 0;
	if (episode->looks == GROUP_EMPTY_ROUNDS)
		return finish(handler, episode, ACTION_DONE);
	episode->asked = round->news ? (struct nsec){ 0 } : handler->now;
	episode->paced = nsec_after(handler->now, nsec_from_msec(round->news ? GROUP_NEWS_MSEC
									     : GROUP_ROUND_MSEC));
	episode->due = episode->paced;
	return ACTION_WAITING;
}

static enum action_verdict rounds_run(struct handler *handler, struct episode *episode,
				      const struct ranking *ranking)
{
	struct nsec end = nsec_after(clock_now(), nsec_from_msec(GROUP_TURN_MSEC));
	struct round round = round_run(handler, episode, ranking);
	int most = handler->snapshot.source == SOURCE_BPF ? GROUP_ROUNDS_BPF : GROUP_ROUNDS;

	for (int i = 1; i < most && round.news && !nsec_reached(clock_now(), end); i++)
		round = round_run(handler, episode, decision_take(handler, episode));
	return rounds_settle(handler, episode, &round);
}

/* From now on facts count that are fresh; those of before the freeze do not show the last children. */
static void rounds_begin(struct handler *handler, struct episode *episode)
{
	snapshot_request(handler, episode->slot);
	episode->asked = handler->now;
	episode->paced = handler->now;
	look_again(handler, episode, 0);
}

/* Return: whether a freeze is on its way. Without one, the rounds have to be fast. */
static bool freeze_begin(struct handler *handler, struct episode *episode)
{
	struct nsec end = nsec_after(handler->now, step_of(episode)->timeout);
	int ret;

	if (episode->policy.unit == POLICY_UNIT_GROUP)
		return false;
	ret = freezer_announce(handler, episode, end);
	if (ret == -EALREADY)
		record_step_error(episode,
				  ret); /* by somebody else: signalled, they wait for him */
	return ret == 0;
}

enum action_verdict action_group_begin(struct handler *handler, struct episode *episode)
{
	const struct ranking *ranking = decision_take(handler, episode);
	bool whole = episode->policy.unit != POLICY_UNIT_GROUP;

	victim_release(handler, &episode->victim);
	if (episode->blind || (!ranking->first && !(whole && ranking->unknown))) {
		record_step_error(episode, -ESRCH);
		return ACTION_FAILED;
	}
	if (!budget_take(handler, episode))
		return ACTION_OVER_BUDGET;
	if (!whole)
		episode->unit_inode = ranking->first->unit_inode;
	episode->signalled = 0;
	if (!freeze_begin(handler, episode))
		return rounds_run(handler, episode, ranking);
	look_again(handler, episode, GROUP_LOOK_MSEC);
	return ACTION_WAITING;
}

/* Noted: freeze. Not in time: the rounds do without, rather than let the group grow on. */
static void await_note(struct handler *handler, struct episode *episode)
{
	struct nsec overdue = nsec_after(episode->step_begin, nsec_from_msec(GROUP_NOTE_MSEC));
	int ret = -EAGAIN;

	if (freezer_is_noted(handler, episode)) {
		ret = freezer_close(handler, episode);
	} else if (!nsec_reached(handler->now, overdue)) {
		look_again(handler, episode, GROUP_LOOK_MSEC);
		return;
	} else {
		action_thaw(handler, episode->slot);
	}
	if (ret < 0)
		record_step_error(episode, ret);
	rounds_begin(handler, episode);
}

/* The kernel failed to answer just now, and nobody has waited for facts: then the round does. */
static bool put_back(struct handler *handler, struct episode *episode)
{
	if (!decision_is_late(handler, episode))
		return false;
	record_source_failure(episode, &handler->snapshot);
	snapshot_request(handler, episode->slot);
	episode->asked = handler->now;
	return true;
}

static bool is_round_due(const struct handler *handler, const struct episode *episode)
{
	struct nsec patience = nsec_after(episode->asked, nsec_from_msec(GROUP_FACTS_MSEC));

	return nsec_reached(handler->now, episode->paced) &&
	       (snapshot_is_fresh(handler, episode->slot, episode->asked) ||
		nsec_reached(handler->now, patience));
}

enum action_verdict action_group_tick(struct handler *handler, struct episode *episode)
{
	if (nsec_reached(handler->now, nsec_after(episode->step_begin, step_of(episode)->timeout)))
		return finish(handler, episode, ACTION_TIMED_OUT);
	if (episode->freeze) {
		await_note(handler, episode);
		return ACTION_WAITING;
	}
	if (is_round_due(handler, episode) && !put_back(handler, episode))
		return rounds_run(handler, episode, decision_take(handler, episode));
	look_again(handler, episode, GROUP_LOOK_MSEC);
	return ACTION_WAITING;
}
