/* See slot.h. */
#include "handler/slot.h"

#include <assert.h>

#include "handler/action.h"
#include "handler/knob_turn.h"
#include "handler/level.h"

#define SLOT_BACKOFF_MAX_MSEC 60000

void slot_set_state(struct handler *handler, uint32_t number, enum board_state state)
{
	handler->slots[number].state = state;
	atomic_store(&handler->tables.outcomes->board[number].state, state);
}

void slot_note_calm(struct handler *handler, uint32_t number)
{
	struct slot *slot = &handler->slots[number];
	struct gauges gauges;

	if (level_gauges(handler, number, &gauges) < 0 || gauges.level.under_oom)
		return;
	slot->failcnt = gauges.failcnt;
	slot->memsw_failcnt = gauges.memsw_failcnt;
	slot->foreign = false;
	slot->doubts = 0;
}

void slot_handed_back(struct handler *handler, uint32_t number)
{
	struct slot *slot = &handler->slots[number];
	uint64_t max = nsec_from_msec(SLOT_BACKOFF_MAX_MSEC).count;

	slot->needs_proof = true;
	slot->calm_since = (struct nsec){ 0 };
	slot->kills_seen = level_kills(handler, number);
	slot->rearm = nsec_after(handler->now, slot->backoff);
	slot->backoff.count = slot->backoff.count * 2 > max ? max : slot->backoff.count * 2;
	atomic_store(&handler->tables.outcomes->board[number].rearm_nsec, slot->rearm.count);
	atomic_fetch_add(&handler->tables.outcomes->board[number].hand_backs, 1);
	slot_set_state(handler, number, BOARD_HANDED_BACK);
}

static void rearm_at(struct handler *handler, uint32_t number, struct nsec when)
{
	handler->slots[number].rearm = when;
	atomic_store(&handler->tables.outcomes->board[number].rearm_nsec, when.count);
}

void slot_rest(struct handler *handler, uint32_t number, struct nsec until)
{
	if (until.count > handler->slots[number].rearm.count)
		rearm_at(handler, number, until);
}

void slot_ease(struct handler *handler, uint32_t number)
{
	struct slot *slot = &handler->slots[number];

	slot->backoff = nsec_from_msec(SLOT_BACKOFF_MIN_MSEC);
	rearm_at(handler, number, nsec_after(handler->now, slot->backoff));
}

void slot_show_stranded(struct handler *handler, uint32_t number, bool stranded)
{
	assert(handler->slots[number].state == BOARD_EPISODE);
	atomic_store(&handler->tables.outcomes->board[number].state,
		     stranded ? BOARD_STRANDED : BOARD_EPISODE);
}

void slot_overrule(struct handler *handler, uint32_t number)
{
	struct slot *slot = &handler->slots[number];

	/* The kernel's killer cannot kill what stands still. */
	action_thaw(handler, number);
	slot->overruled = atomic_load(&handler->tables.pulse->overruled[number]);
	/* Whoever announced it may have been stopped before he wrote. */
	(void)knob_return(handler, number, KNOB_OOM_CONTROL, 0);
	slot_handed_back(handler, number);
}
