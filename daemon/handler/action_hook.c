/*
 * Step `hook`: somebody outside is told before anybody is killed, to write a heap dump or a note. The
 * supervisor connects, writes and waits for the answer; all that is done here is to ask and to look
 * whether there is one.
 */
#include <errno.h>

#include "base/io.h"
#include "handler/action.h"
#include "handler/decision.h"
#include "handler/record.h"

#define HOOK_LOOK_MSEC 20

/* Above every number asked with or answered so far; both wrap around together. */
static uint32_t next_number(uint32_t wanted, uint32_t answered)
{
	uint32_t latest = (int32_t)(wanted - answered) > 0 ? wanted : answered;

	return latest + 1;
}

static void ask(struct handler *handler, struct episode *episode, uint32_t victim)
{
	struct board_slot *board = &handler->tables.outcomes->board[episode->slot];
	uint32_t answered = atomic_load(&handler->tables.roster->hooks[episode->slot].answered);

	episode->hook_number = next_number(atomic_load(&board->hook_wanted), answered);
	atomic_store(&board->hook_step, episode->step);
	atomic_store(&board->hook_victim, victim);
	/* seq_cst: step and victim are in place before the number that asks for them */
	atomic_store(&board->hook_wanted, episode->hook_number);
	(void)io_signal_event(INHERIT_WAKE_SUPERVISOR); /* it also looks once a second */
}

static void look_again(const struct handler *handler, struct episode *episode)
{
	episode->due = nsec_after(handler->now, nsec_from_msec(HOOK_LOOK_MSEC));
}

enum action_verdict action_hook_begin(struct handler *handler, struct episode *episode)
{
	const struct ranking *ranking = decision_take(handler, episode);

	if (!atomic_load(&handler->tables.pulse->supervisor_up)) {
		record_step_error(episode, -ESRCH);
		return ACTION_FAILED;
	}
	ask(handler, episode, ranking->first ? ranking->first->who.pid : 0);
	look_again(handler, episode);
	return ACTION_WAITING;
}

enum action_verdict action_hook_tick(struct handler *handler, struct episode *episode)
{
	const struct policy_step *step = &episode->policy.step[episode->step];
	uint32_t answered = atomic_load(&handler->tables.roster->hooks[episode->slot].answered);
	uint32_t error = atomic_load(&handler->tables.roster->hooks[episode->slot].error);

	if (answered == episode->hook_number && !error)
		return ACTION_DONE;
	if (answered == episode->hook_number) {
		record_step_error(episode, -(int)error);
		return ACTION_FAILED;
	}
	if (nsec_reached(handler->now, nsec_after(episode->step_begin, step->timeout)))
		return ACTION_TIMED_OUT;
	look_again(handler, episode);
	return ACTION_WAITING;
}
