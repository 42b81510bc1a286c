/* See settle.h. */
#include "handler/settle.h"

#include "handler/action.h"
#include "handler/level.h"
#include "handler/pressure.h"
#include "handler/record.h"
#include "handler/slot.h"
#include "handler/step.h"

#define SETTLE_MSEC 1000
#define SETTLE_LOOK_MSEC 100
#define SETTLE_VICTIM_LOOK_MSEC 2

/* A victim's exit is seen soon after it happens; the calm itself has time. */
static struct nsec next_look(const struct handler *handler, const struct episode *episode)
{
	return nsec_after(handler->now,
			  nsec_from_msec(episode->victim.waiting ? SETTLE_VICTIM_LOOK_MSEC
								 : SETTLE_LOOK_MSEC));
}

void settle_victim(struct handler *handler, struct episode *episode)
{
	if (!episode->victim.waiting || !victim_exited(handler, &episode->victim))
		return;
	record_victim_end(handler, episode, OUTCOME_VICTIM_EXITED);
	victim_release(handler, &episode->victim);
}

void settle_begin(struct handler *handler, struct episode *episode)
{
	episode->phase = EPISODE_SETTLE;
	episode->calm = handler->now;
	episode->outcome.resolved_nsec = nsec_between(episode->trigger, handler->now).count;
	record_step_end(handler, episode, OUTCOME_STEP_DONE);
	/* Held for a kill that is not needed any more. */
	if (!episode->victim.waiting)
		victim_release(handler, &episode->victim);
	episode->due = next_look(handler, episode);
}

/* The same step index and deadline, or raise-limit would go on for ever. */
static void asleep_again(struct handler *handler, struct episode *episode)
{
	episode->nudges = 0;
	if (episode->step_begun && action_row_of(&episode->policy.step[episode->step])->begin)
		step_next(handler, episode, OUTCOME_STEP_DONE);
	episode->step_begun = false;
	episode_ask(handler, episode); /* whoever filled the group again may be new in it */
}

void settle_tick(struct handler *handler, struct episode *episode)
{
	struct gauges gauges;

	settle_victim(handler, episode);
	if (pressure_overtaken(handler, episode, &gauges))
		return;
	if (pressure_is_on(handler, episode, &gauges)) {
		asleep_again(handler, episode);
		return;
	}
	if (nsec_between(episode->calm, handler->now).count < nsec_from_msec(SETTLE_MSEC).count) {
		episode->due = next_look(handler, episode);
		return;
	}
	episode->outcome.proof = OUTCOME_PROOF_LEVEL;
	handler->slots[episode->slot].backoff = nsec_from_msec(SLOT_BACKOFF_MIN_MSEC);
	episode_close(handler, episode, episode->acted ? OUTCOME_RESOLVED : OUTCOME_PASSED);
}
