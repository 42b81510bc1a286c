/*
 * Step `freeze`: the group stands still, memory and all, for people to look at; after its time it is
 * thawed and the next step has its turn. Nobody is helped by it, and sleepers stay asleep.
 *
 * What was frozen before us, or is below a frozen group, is left alone: somebody else holds it.
 */
#include <errno.h>

#include "handler/action.h"
#include "handler/decision.h"
#include "handler/freezer.h"
#include "handler/record.h"

#define FREEZE_NOTE_MSEC 500 /* for the supervisor to note it on the group */
#define FREEZE_NOTE_LOOK_MSEC 2
#define FREEZE_LOOK_MSEC 100 /* has somebody else thawed it? */

static enum action_verdict fail(struct handler *handler, struct episode *episode, int error)
{
	record_step_error(episode, error);
	action_thaw(handler, episode->slot);
	return ACTION_FAILED;
}

static struct nsec end_of(const struct episode *episode)
{
	return nsec_after(episode->step_begin, episode->policy.step[episode->step].hold_for);
}

enum action_verdict action_freeze_begin(struct handler *handler, struct episode *episode)
{
	int ret;

	/* Nobody is chosen; but whoever comes to look asks who used the memory. */
	(void)decision_take(handler, episode);
	ret = freezer_announce(handler, episode, end_of(episode));
	if (ret < 0)
		return fail(handler, episode, ret);
	episode->due = nsec_after(handler->now, nsec_from_msec(FREEZE_NOTE_LOOK_MSEC));
	return ACTION_WAITING;
}

static enum action_verdict await_note(struct handler *handler, struct episode *episode)
{
	struct nsec overdue = nsec_after(episode->step_begin, nsec_from_msec(FREEZE_NOTE_MSEC));
	int ret;

	if (!freezer_is_noted(handler, episode)) {
		if (nsec_reached(handler->now, overdue))
			return fail(handler, episode, -EAGAIN);
		episode->due = nsec_after(handler->now, nsec_from_msec(FREEZE_NOTE_LOOK_MSEC));
		return ACTION_WAITING;
	}
	ret = freezer_close(handler, episode);
	if (ret < 0)
		return fail(handler, episode, ret);
	episode->acted = true;
	episode->due = nsec_after(handler->now, nsec_from_msec(FREEZE_LOOK_MSEC));
	return ACTION_WAITING;
}

/* The write can fail; it is repeated, and what stays frozen in the end is in the ledger. */
static enum action_verdict end(struct handler *handler, struct episode *episode)
{
	int ret = freezer_open(handler, episode->slot);

	if (ret == 0)
		return ACTION_DONE;
	record_step_error(episode, ret);
	if (episode->looks == HANDLER_LOOKS)
		return ACTION_FAILED;
	episode->due = action_look_after(handler->now, episode->looks++);
	return ACTION_WAITING;
}

enum action_verdict action_freeze_tick(struct handler *handler, struct episode *episode)
{
	struct nsec look = nsec_after(handler->now, nsec_from_msec(FREEZE_LOOK_MSEC));

	if (episode->freeze)
		return await_note(handler, episode);
	/* Thawed by somebody else: they have seen enough. The ledger's entry goes with ours. */
	if (nsec_reached(handler->now, end_of(episode)) || freezer_was_opened(episode))
		return end(handler, episode);
	episode->due = look.count < end_of(episode).count ? look : end_of(episode);
	return ACTION_WAITING;
}

void action_thaw(struct handler *handler, uint32_t slot)
{
	(void)freezer_open(handler,
			   slot); /* each caller looks again: the ledger keeps what is left */
}
