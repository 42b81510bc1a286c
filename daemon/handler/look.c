/* See look.h. */
#include "handler/look.h"

#include "handler/alloc_failure.h"
#include "handler/level.h"
#include "handler/record.h"
#include "handler/slot.h"

#define LOOK_DOUBT_MSEC 2 /* how long the kernel's marking of a subtree may take */
#define LOOK_DOUBTS 5
#define LOOK_RETRY_MSEC 100

static void foreign_report(struct handler *handler, uint32_t number, uint32_t above)
{
	struct slot *slot = &handler->slots[number];
	static struct episode episode; /* only to carry the record: all but these stays 0 */
	struct gauges gauges;

	if (slot->foreign || level_gauges(handler, number, &gauges) < 0)
		return;
	slot->foreign = true;
	episode.slot = number;
	episode.trigger = handler->now;
	record_trigger(handler, &episode, &gauges, EPISODE_BY_SWEEP);
	episode.outcome.limit_inode = handler->slots[above].roster.inode;
	episode.kills_at_trigger = level_kills(handler, number);
	record_send(handler, &episode, OUTCOME_FOREIGN);
}

/* Starts an episode on the group whose limit it is; when it cannot be, tries again shortly. */
static void begin(struct handler *handler, uint32_t number, enum episode_cause cause)
{
	struct slot *slot = &handler->slots[number];

	if (slot->episode || slot->state != BOARD_ARMED || slot->disarm_looks)
		return;
	if (episode_begin(handler, number, cause) < 0) {
		slot->look = true;
		slot->due = nsec_after(handler->now, nsec_from_msec(LOOK_RETRY_MSEC));
		return;
	}
	slot_set_state(handler, number, BOARD_EPISODE);
}

/* Nobody sleeps. An event says that somebody did a moment ago: then a refused charge was that one's. */
static void calm_look(struct handler *handler, uint32_t number, bool by_event)
{
	struct gauges gauges;

	if (!by_event && level_gauges(handler, number, &gauges) == 0 &&
	    alloc_failure_look(handler, number, &gauges)) {
		begin(handler, number, EPISODE_BY_ALLOC_FAILURE);
		return;
	}
	if (by_event) {
		handler->slots[number].alloc.met = false;
		handler->slots[number].alloc.looks = 0;
	}
	slot_note_calm(handler, number);
}

static void armed_look(struct handler *handler, uint32_t number, bool by_event)
{
	struct slot *slot = &handler->slots[number];
	const struct group_seat *seat =
		adopt_group(&handler->adopt, number, slot->roster.generation);
	enum episode_cause cause = by_event ? EPISODE_BY_EVENT : EPISODE_BY_SWEEP;
	struct oom_level level;
	uint32_t whose;

	if (!seat || oom_level_read(seat->fd[GROUP_OOM_CONTROL], &level) < 0)
		return; /* gone: the roster will say so */
	if (!level.kill_disabled) {
		/* Somebody else wrote 0: theirs is the last word until things are calm. */
		slot_overrule(handler, number);
		return;
	}
	switch (level_find(handler, number, &whose)) {
	case LEVEL_CALM:
		calm_look(handler, number, by_event);
		break;
	case LEVEL_OWN:
		slot->doubts = 0;
		begin(handler, number, cause);
		break;
	case LEVEL_ABOVE:
		begin(handler, whose, cause);
		break;
	case LEVEL_FOREIGN:
		foreign_report(handler, number, whose);
		break;
	case LEVEL_DOUBTFUL:
		/* Shortly again, and then not before the next sweep. */
		if (slot->doubts++ < LOOK_DOUBTS)
			slot->due = nsec_after(handler->now, nsec_from_msec(LOOK_DOUBT_MSEC));
		break;
	case LEVEL_GONE:
		break;
	}
}

/* Dry run: the event comes with the kernel's killer on as well. A rise of failcnt tells it from rmdir. */
static void watched_look(struct handler *handler, uint32_t number)
{
	struct slot *slot = &handler->slots[number];
	struct policy *policy = &handler->policy;
	struct gauges gauges;

	if (slot->episode ||
	    roster_read_policy(handler->tables.roster, slot->roster.policy, policy) < 0 ||
	    policy->mode != POLICY_DRY_RUN || level_gauges(handler, number, &gauges) < 0 ||
	    (gauges.failcnt == slot->failcnt && !level_memsw_is_full(&gauges)))
		return;
	(void)episode_begin(handler, number,
			    EPISODE_BY_EVENT); /* without room in the pool this one goes untold */
}

void look_at_slot(struct handler *handler, uint32_t number)
{
	struct slot *slot = &handler->slots[number];
	bool by_event = slot->by_event;

	slot->look = false;
	slot->by_event = false;
	/* While a disarm is being confirmed a 0 is our own doing. */
	if (slot->roster.role != ROSTER_MANAGED || slot->disarm_looks)
		return;
	if (slot->state == BOARD_ARMED)
		armed_look(handler, number, by_event);
	else if (slot->state == BOARD_EPISODE && slot->episode && by_event &&
		 slot->episode->phase == EPISODE_SETTLE)
		slot->episode->due =
			handler->now; /* asleep again; other waits are there for a reason */
	else if (slot->state == BOARD_HELD && by_event)
		watched_look(handler, number);
}
