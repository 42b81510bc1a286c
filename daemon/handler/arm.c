/* See arm.h. */
#include "handler/arm.h"

#include <errno.h>

#include "base/hold.h"
#include "handler/action.h"
#include "handler/knob_turn.h"
#include "handler/level.h"
#include "handler/slot.h"

#define ARM_CALM_MSEC 1000
/* Room that a group must have kept: less than this and the next charge may already be the next OOM. */
#define ARM_CALM_ROOM (64 * 4096ULL)

bool arm_is_allowed(const struct handler *handler, const struct slot *slot)
{
	const struct pulse *pulse = handler->tables.pulse;

	return !handler->guardian_dead && !handler->guardian_silent &&
	       atomic_load(&pulse->supervisor_up) &&
	       slot->roster.vouched == atomic_load(&pulse->supervisor_generation) &&
	       slot->roster.want == ROSTER_WANT_ARMED;
}

int arm_group(struct handler *handler, uint32_t slot)
{
	struct slot *self = &handler->slots[slot];
	const struct turn turn = {
		.slot = slot,
		.knob = KNOB_OOM_CONTROL,
		.set = 1,
		.found = self->roster.saved.value[KNOB_OOM_CONTROL],
	};
	int ret;

	HOLD(HOLD_ARM_BEFORE_LEDGER);
	/* Before the write: a hand-back that comes right after it must not look like an old one. */
	self->overruled = atomic_load(&handler->tables.pulse->overruled[slot]);
	if (self->needs_proof)
		HOLD(HOLD_REARM_BEFORE_WRITE);
	slot_note_calm(handler, slot);
	HOLD(HOLD_ARM_BEFORE_WRITE);
	ret = knob_turn(handler, &turn);
	HOLD(HOLD_ARM_AFTER_WRITE);
	if (ret < 0)
		return ret;
	self->needs_proof = false;
	/* Tasks may be asleep already, and their event came before anybody was registered. */
	self->look = true;
	self->by_event = false;
	HOLD(HOLD_ARM_AFTER_LOOK);
	return 0;
}

void arm_release(struct handler *handler, uint32_t slot, uint32_t value)
{
	struct slot *self = &handler->slots[slot];

	/* Frozen, nobody could be killed, and nobody of ours would be there to thaw. */
	action_thaw(handler, slot);
	/* Repeated at each look: what matters is what the last reading says. */
	(void)knob_return(handler, slot, KNOB_OOM_CONTROL, value);
	self->disarm_value = value;
	self->disarm_looks = HANDLER_LOOKS;
	self->due = action_look_after(handler->now, 0);
}

bool arm_release_look(struct handler *handler, uint32_t slot)
{
	struct slot *self = &handler->slots[slot];
	struct gauges gauges;
	int ret = level_gauges(handler, slot, &gauges);

	if (ret == -ENODEV || ret == -ESRCH)
		self->disarm_looks = 1;
	else if (ret < 0 || gauges.level.kill_disabled != self->disarm_value ||
		 (gauges.level.under_oom && self->disarm_value == 0))
		(void)knob_return(handler, slot, KNOB_OOM_CONTROL, self->disarm_value);
	action_thaw(handler, slot);
	self->disarm_looks--;
	self->due = (struct nsec){ 0 };
	if (self->disarm_looks)
		self->due = action_look_after(handler->now, HANDLER_LOOKS - self->disarm_looks);
	return self->disarm_looks == 0;
}

bool arm_await_proof(struct handler *handler, uint32_t slot)
{
	struct slot *self = &handler->slots[slot];
	struct gauges gauges;

	if (level_gauges(handler, slot, &gauges) < 0)
		return false;
	if (gauges.level.under_oom)
		(void)knob_return(handler, slot, KNOB_OOM_CONTROL, 0); /* and again next time */
	if (level_kills(handler, slot) > self->kills_seen && !gauges.level.under_oom)
		return nsec_reached(handler->now, self->rearm);
	/* At the limit, but refusing nobody: page cache that has settled there. */
	if (gauges.level.under_oom || (level_refused(&gauges) != self->refused_seen &&
				       gauges.usage + ARM_CALM_ROOM > gauges.limit)) {
		self->refused_seen = level_refused(&gauges);
		self->calm_since = (struct nsec){ 0 };
		return false;
	}
	if (!self->calm_since.count)
		self->calm_since = handler->now;
	return nsec_between(self->calm_since, handler->now).count >=
		       nsec_from_msec(ARM_CALM_MSEC).count &&
	       nsec_reached(handler->now, self->rearm);
}
