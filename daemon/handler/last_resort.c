/* See last_resort.h. */
#include "handler/last_resort.h"

#include "handler/decision.h"
#include "handler/level.h"
#include "handler/pressure.h"
#include "handler/record.h"
#include "handler/settle.h"
#include "handler/slot.h"

#define LAST_RESORT_LOOK_MSEC 1000
/* One look can come upon a fork or an empty pool of member lists; two in a row say that things changed. */
#define LAST_RESORT_UNPROVEN 2

bool last_resort_is_due(const struct handler *handler, const struct ranking *ranking)
{
	const struct snapshot *snapshot = &handler->snapshot;

	return snapshot->complete && snapshot->missed == 0 && snapshot->count > 0 &&
	       ranking->unknown == 0 && !ranking->kernel_could;
}

static void look_again(struct handler *handler, struct episode *episode)
{
	snapshot_request(handler, episode->slot);
	episode->due = nsec_after(handler->now, nsec_from_msec(LAST_RESORT_LOOK_MSEC));
}

enum action_verdict last_resort_begin(struct handler *handler, struct episode *episode)
{
	episode->phase = EPISODE_LAST_RESORT;
	episode->unproven = 0;
	episode->unsparing = episode->policy.last_resort == POLICY_LAST_RESORT_KILL;
	episode->outcome.last_resort = 1;
	episode->due = handler->now;
	slot_show_stranded(handler, episode->slot, true);
	return ACTION_WAITING;
}

static void leave(struct handler *handler, struct episode *episode)
{
	episode->phase = EPISODE_STEP;
	episode->unsparing = false;
	slot_show_stranded(handler, episode->slot, false);
}

/* Said once; it goes on for as long as they sleep. */
static void alarm_raise(struct handler *handler, struct episode *episode)
{
	if (episode->reported)
		return;
	record_step_end(handler, episode, OUTCOME_STEP_FAILED);
	record_send(handler, episode, OUTCOME_UNRESOLVED);
	episode->reported = true;
}

/* Return: true while there is somebody to kill or to wait for. */
static bool kill_goes_on(struct handler *handler, struct episode *episode)
{
	/* Nobody but the protected is left, or the budget is used up: then it is an alarm for now. */
	return episode->unsparing && action_kill_tick(handler, episode) == ACTION_WAITING;
}

static void alarm_look(struct handler *handler, struct episode *episode)
{
	alarm_raise(handler, episode);
	if (last_resort_is_due(handler, decision_take(handler, episode))) {
		episode->unproven = 0;
		look_again(handler, episode);
	} else if (++episode->unproven < LAST_RESORT_UNPROVEN) {
		look_again(handler, episode);
	} else {
		/* Somebody has joined whom the kernel can kill: the kernel step begins anew. */
		leave(handler, episode);
		episode->step_begun = false;
		episode->due = handler->now;
	}
}

void last_resort_tick(struct handler *handler, struct episode *episode)
{
	struct gauges gauges;

	if (pressure_overtaken(handler, episode, &gauges))
		return;
	if (!pressure_is_on(handler, episode, &gauges)) {
		leave(handler, episode);
		settle_begin(handler, episode);
	} else if (!kill_goes_on(handler, episode)) {
		alarm_look(handler, episode);
	}
}
