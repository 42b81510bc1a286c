/* See group_round.h. */
#include "handler/group_round.h"

#include <errno.h>
#include <signal.h>

#include "base/hold.h"
#include "handler/decision.h"
#include "handler/doomed.h"
#include "handler/orders.h"
#include "handler/pidfd.h"
#include "handler/record.h"
#include "handler/strangers.h"

/*
 * Whom each entry of the facts stood for when it was signalled: its generation. Never cleared. Who is not
 * there needs no such note: in the kernel's own answer he is dying from the signal on, not when he begins
 * to (complete_signal(), kernel/signal.c, 6.18), and the dying are not signalled again.
 */
static uint32_t signalled[FACTS_PROCESSES];

/* Candidates of the orders, in their order. */
static uint32_t ordered[ROLL_TASKS];

static bool is_in_unit(const struct episode *episode, const struct candidate *candidate)
{
	return episode->policy.unit != POLICY_UNIT_GROUP ||
	       candidate->unit_inode == episode->unit_inode;
}

/*
 * A member without facts may be one that a rule protects, but for the names of those that are known; and a
 * child of one that -1000 spares has that from it.
 */
static bool may_kill_strangers(const struct snapshot *snapshot, const struct episode *episode)
{
	for (uint32_t i = 0; i < snapshot->count; i++)
		if (snapshot->list[i].who.tier == OUTCOME_TIER_NEVER_ADJ)
			return false;
	for (uint32_t i = 0; i < episode->rules.count; i++)
		if (episode->rules.rule[i].list == RULE_PROTECT)
			return false;
	return true;
}

/* A shim that shares its memory, as between vfork and exec: spared like the one that stands for it. */
static bool is_twin_of_shim(const struct snapshot *snapshot, const struct candidate *candidate,
			    const struct ranking_context *context)
{
	if (!candidate->stands_for || !candidate->verdict.rule[RULE_SHIM])
		return false;
	for (uint32_t i = 0; i < snapshot->count; i++)
		if (snapshot->list[i].who.pid == candidate->stands_for)
			return ranking_never(&snapshot->list[i], context) ==
			       OUTCOME_TIER_NEVER_SHIM;
	return false;
}

/* Who may be protected is the last with `kill`; here nobody is the last, so he is spared. */
static bool is_condemned(const struct snapshot *snapshot, const struct candidate *candidate,
			 const struct ranking_context *context)
{
	enum outcome_tier never = ranking_never(candidate, context);

	return (never == OUTCOME_TIER_FIRST || never == OUTCOME_TIER_SHARER) &&
	       !candidate->verdict.doubt && !is_twin_of_shim(snapshot, candidate, context);
}

static bool was_signalled(const struct candidate *candidate)
{
	return candidate->index != CANDIDATE_NO_SEAT &&
	       signalled[candidate->index] == candidate->generation;
}

static void note_signal(const struct episode *episode, const struct candidate *candidate,
			enum kill_method method, struct round *round)
{
	round->signalled++;
	doomed_note(episode, order_of(candidate));
	if (candidate->index != CANDIDATE_NO_SEAT)
		signalled[candidate->index] = candidate->generation;
	if (candidate->who.pid != round->first)
		return;
	round->first_signalled = true;
	round->method = method;
}

static void meet_stranger(struct handler *handler, const struct episode *episode,
			  const struct candidate *candidate, struct round *round)
{
	enum stranger stranger = strangers_meet(handler, episode, candidate->who.pid);

	if (stranger == STRANGER_SIGNALLED)
		note_signal(episode, candidate, KILL_METHOD_PIDFD, round);
	round->left += stranger != STRANGER_GONE;
	round->pending += stranger == STRANGER_OPENED || stranger == STRANGER_WAITING;
	round->news += stranger == STRANGER_OPENED;
}

static void signal_by_seat(const struct episode *episode, const struct candidate *candidate,
			   const struct process_seat *seat, struct round *round)
{
	int ret;

	round->left++;
	if (was_signalled(candidate))
		return;
	ret = seat ? pidfd_signal(seat->pidfd, SIGKILL) : -EAGAIN;
	if (ret == -EAGAIN)
		round->pending++; /* its descriptor is still on its way */
	else if (ret == 0)
		note_signal(episode, candidate, KILL_METHOD_PIDFD, round);
	else
		signalled[candidate->index] = candidate->generation;
	round->left -= ret == -ESRCH;
}

static void signal_by_descriptor(struct handler *handler, const struct episode *episode,
				 const struct candidate *candidate, struct round *round)
{
	const struct process_seat *seat = NULL;

	if (candidate->index != CANDIDATE_NO_SEAT)
		seat = adopt_process(&handler->adopt, candidate->index, candidate->generation);
	/* Opened now and named by the next answer of the kernel, it is as good as known by a seat. */
	if (!seat && candidate->live && !was_signalled(candidate))
		meet_stranger(handler, episode, candidate, round);
	else
		signal_by_seat(episode, candidate, seat, round);
}

static void condemn(struct handler *handler, const struct episode *episode, uint32_t at,
		    struct round *round)
{
	const struct candidate *candidate = &handler->snapshot.list[at];
	int number = round->by_order ? orders_add(handler, order_of(candidate)) : -ENOENT;

	if (number < 0)
		signal_by_descriptor(handler, episode, candidate, round);
	else
		ordered[number] = at;
}

/* The kernel's own answer tells of the dying too; they have to be waited for, not to be signalled. */
static bool is_dying_still(const struct snapshot *snapshot, const struct candidate *candidate)
{
	return snapshot->source != SOURCE_FACTS && candidate->who.flags & FACT_DYING &&
	       candidate_memory(candidate).count > 0;
}

static void judge(struct handler *handler, const struct episode *episode,
		  const struct ranking_context *context, uint32_t at, struct round *round)
{
	const struct snapshot *snapshot = &handler->snapshot;
	const struct candidate *candidate = &snapshot->list[at];

	if (!is_in_unit(episode, candidate))
		return;
	if (is_condemned(snapshot, candidate, context)) {
		condemn(handler, episode, at, round);
	} else if (ranking_never(candidate, context) != OUTCOME_TIER_UNKNOWN) {
		round->left += is_dying_still(snapshot, candidate);
	} else if (round->strangers) {
		meet_stranger(handler, episode, candidate, round);
	} else {
		round->left++;
		round->pending++;
	}
}

static void carry_out(struct handler *handler, const struct episode *episode, struct round *round)
{
	uint32_t orders = handler->tables.roll->orders;

	if (orders)
		(void)orders_signal(handler, SIGKILL); /* what became of each is said of each */
	for (uint32_t i = 0; i < orders; i++) {
		const struct candidate *candidate = &handler->snapshot.list[ordered[i]];
		int ret = orders_error(handler, i);

		if (ret == 0) {
			note_signal(episode, candidate, KILL_METHOD_BPF, round);
			round->left++;
		} else if (ret != -ESRCH) {
			signal_by_descriptor(handler, episode, candidate, round);
		}
	}
}

/* Of the order as it stood in the ranking: to prepare it again has taken the rules from the candidate. */
static void note_victim(struct handler *handler, struct episode *episode,
			const struct candidate *first, const struct round *round)
{
	const struct record_signal told = { .number = SIGKILL, .method = round->method };
	int ret;

	if (episode->victim.count || !round->first_signalled || first->verdict.doubt ||
	    !is_in_unit(episode, first))
		return;
	ret = victim_take(handler, first, &episode->victim);
	record_victim(episode, &handler->ranking.list[0], told);
	episode->victim.waiting = ret == 0;
	if (ret == -ESRCH)
		record_victim_end(handler, episode, OUTCOME_VICTIM_EXITED); /* that fast */
}

/* The first of the order stands for all in the record; how many they were is said of the step. */
static void note(struct handler *handler, struct episode *episode, const struct candidate *first,
		 const struct round *round)
{
	if (!round->signalled)
		return;
	note_victim(handler, episode, first, round);
	episode->acted = true;
	episode->signalled += round->signalled;
	record_step_count(episode, episode->signalled);
	atomic_fetch_add(&handler->tables.outcomes->board[episode->slot].kills, round->signalled);
}

static void signal_all(struct handler *handler, const struct episode *episode,
		       const struct ranking_context *context, struct round *round)
{
	HOLD(HOLD_KILL_BEFORE_SIGNAL);
	doomed_begin(handler, episode);
	if (round->by_order)
		orders_begin(handler);
	else
		strangers_begin(handler, episode);
	for (uint32_t i = 0; i < handler->snapshot.count; i++)
		judge(handler, episode, context, i, round);
	if (round->by_order)
		carry_out(handler, episode, round);
	else
		strangers_end(handler, episode, round->complete);
	HOLD(HOLD_KILL_AFTER_SIGNAL);
	round->news += round->signalled;
	if (!round->left)
		round->left = doomed_left(handler, episode);
}

struct round round_run(struct handler *handler, struct episode *episode,
		       const struct ranking *ranking)
{
	const struct candidate *first = ranking->first;
	const struct ranking_question question = decision_question(handler, episode);
	struct snapshot *snapshot = &handler->snapshot;
	struct ranking_context context =
		ranking_prepare(snapshot->list, snapshot->count, &question);
	struct round round = {
		.complete = snapshot->complete && snapshot->missed == 0,
		.strangers = may_kill_strangers(snapshot, episode),
		.by_order = snapshot->source != SOURCE_FACTS && orders_are_usable(handler),
		.first = first ? first->who.pid : 0,
	};

	signal_all(handler, episode, &context, &round);
	note(handler, episode, first, &round);
	/* What is known is older than the signals. The kernel itself is asked by the next round. */
	if (snapshot->source == SOURCE_FACTS)
		snapshot_request(handler, episode->slot);
	return round;
}
