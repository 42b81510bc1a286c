/* See slots.h. */
#include "handler/slots.h"

#include <assert.h>
#include <errno.h>
#include <time.h>

#include "handler/action.h"
#include "handler/arm.h"
#include "handler/freezer.h"
#include "handler/knob_turn.h"
#include "handler/level.h"
#include "handler/look.h"
#include "handler/mark.h"
#include "handler/slot.h"
#include "handler/source.h"

#define SLOTS_LOAN_BITS 16

static void set_error(struct handler *handler, uint32_t number, int error)
{
	atomic_store(&handler->tables.outcomes->board[number].error, (uint32_t)-error);
}

static void forget(struct handler *handler, uint32_t number)
{
	struct board_slot *board = &handler->tables.outcomes->board[number];
	struct slot *slot = &handler->slots[number];

	if (slot->episode)
		episode_close(handler, slot->episode, OUTCOME_GROUP_GONE);
	/* Its freezer is another hierarchy's: who was moved there may stand still in it yet. */
	for (enum knob knob = 0; knob < KNOB_COUNT; knob++)
		/* What still stands still is the guardian's to find. */
		if (knob != KNOB_FREEZER || freezer_open(handler, number) == 0)
			knob_strike(handler, number, knob);
	*slot = (struct slot){ .state = BOARD_ABSENT };
	slot_set_state(handler, number, BOARD_ABSENT);
	set_error(handler, number, 0);
	atomic_store(&board->rearm_nsec, 0);
	/* The slot's next tenant begins at nothing. */
	atomic_store(&board->episodes, 0);
	atomic_store(&board->kills, 0);
	atomic_store(&board->hand_backs, 0);
	atomic_store(&board->alloc_failures, 0);
}

/*
 * The kills counted in a group so far are news to its ancestors' sums, but not new kills: a rise would
 * be taken for the proof that an OOM has ended.
 */
static void tell_ancestors(struct handler *handler, uint32_t number)
{
	const struct slot *slot = &handler->slots[number];
	const struct group_seat *seat =
		adopt_group(&handler->adopt, number, slot->roster.generation);
	uint32_t at = slot->roster.parent;
	struct oom_level level;

	if (!seat || oom_level_read(seat->fd[GROUP_OOM_CONTROL], &level) < 0)
		return;
	for (int depth = 0; depth < HANDLER_DEPTH && at < ROSTER_SLOTS; depth++) {
		struct slot *above = &handler->slots[at];

		if (!above->roster.generation)
			return;
		above->kills_seen += level.kills;
		if (above->episode)
			above->episode->kills_at_trigger += level.kills;
		at = above->roster.parent;
	}
}

/*
 * First contact: take the present numbers as the calm ones. A group in which a predecessor of this
 * handler served may be the kernel's at this moment, so it is armed only with proof.
 */
static void meet(struct handler *handler, uint32_t number, const struct roster_slot *roster)
{
	struct slot *slot = &handler->slots[number];

	*slot = (struct slot){
		.roster = *roster,
		.needs_proof = handler->generation > 1,
		.overruled = atomic_load(&handler->tables.pulse->overruled[number]),
		.backoff = nsec_from_msec(SLOT_BACKOFF_MIN_MSEC),
		/* Above every number a predecessor used: a returned loan is told by its number. */
		.loans = handler->generation << SLOTS_LOAN_BITS,
	};
	slot->kills_seen = level_kills(handler, number);
	tell_ancestors(handler, number);
	slot_note_calm(handler, number);
	slot_set_state(handler, number, BOARD_HELD);
}

static void try_arm(struct handler *handler, uint32_t number)
{
	int ret = arm_group(handler, number);

	set_error(handler, number, ret);
	atomic_store(&handler->tables.outcomes->board[number].rearm_nsec, 0);
	/* -ECANCELED: fenced. Somebody else serves this group now. */
	if (ret < 0)
		slot_set_state(handler, number, BOARD_FAILED);
	else
		slot_set_state(handler, number, BOARD_ARMED);
}

/* What the lender has taken back in full is no longer owed. */
static void loans_tend(struct handler *handler, uint32_t number)
{
	uint32_t returned = handler->slots[number].roster.loan_returned;

	for (enum knob knob = KNOB_LIMIT; knob <= KNOB_MEMSW_LIMIT; knob++) {
		struct ledger_cell lent = knob_entry(handler, number, knob);

		if (lent.state == LEDGER_CHANGED && lent.loan && lent.loan <= returned)
			knob_strike(handler, number, knob);
	}
}

/*
 * No longer wanted and not armed: the supervisor waits to hear so. A group that was handed back reads 0;
 * its operator's own 1 is owed to it.
 */
static void unwanted_tend(struct handler *handler, uint32_t number)
{
	struct slot *slot = &handler->slots[number];

	if (slot->state == BOARD_HANDED_BACK && slot->roster.saved.value[KNOB_OOM_CONTROL] == 1)
		arm_release(handler, number, 1);
	else
		slot_set_state(handler, number, BOARD_HELD);
	/* Page cache at the limit moves failcnt all day long; an event's rise is counted from here. */
	if (!slot->look)
		slot_note_calm(handler, number);
}

/*
 * The operator wants the group back while we are at it: at once, not when we are done. The record says
 * what was done until then; loans go back through the lender, who waits for the ledger alone. An episode
 * of a dry run never had anything of the group's.
 */
static void release_in_midst(struct handler *handler, uint32_t number)
{
	struct slot *slot = &handler->slots[number];

	if (!slot->episode || slot->roster.want != ROSTER_WANT_HELD ||
	    (slot->state != BOARD_EPISODE && slot->state != BOARD_HANDED_BACK))
		return;
	episode_close(handler, slot->episode, OUTCOME_HANDED_BACK);
	/* The episode was still making sure of its 0: the looks of a release do so from here on. */
	arm_release(handler, number, (uint32_t)slot->roster.saved.value[KNOB_OOM_CONTROL]);
}

/* A managed group: bring it to the state the roster wants. */
static void managed_tend(struct handler *handler, uint32_t number)
{
	struct slot *slot = &handler->slots[number];
	bool wanted = arm_is_allowed(handler, slot);

	loans_tend(handler, number);
	if (atomic_load(&handler->tables.pulse->overruled[number]) != slot->overruled) {
		slot_overrule(handler, number);
		if (slot->episode)
			episode_close(handler, slot->episode, OUTCOME_HANDED_BACK);
	}
	release_in_midst(handler, number);
	if (!slot->episode)
		action_thaw(handler, number); /* one that was refused at an episode's end */
	if (slot->disarm_looks)
		return;
	switch ((enum board_state)slot->state) {
	case BOARD_ARMED:
		if (wanted) {
			slot->look = true;
			break;
		}
		arm_release(handler, number,
			    slot->roster.want == ROSTER_WANT_ARMED
				    ? 0
				    : (uint32_t)slot->roster.saved.value[KNOB_OOM_CONTROL]);
		break;
	case BOARD_HELD:
	case BOARD_FAILED:
	case BOARD_HANDED_BACK:
		if (slot->episode)
			break; /* still looking for the proof that the kernel has ended it */
		if (slot->roster.want == ROSTER_WANT_HELD)
			unwanted_tend(handler, number);
		else if (wanted && (!slot->needs_proof || arm_await_proof(handler, number)))
			try_arm(handler, number);
		break;
	case BOARD_EPISODE: /* it runs to its end; then this is asked again */
	case BOARD_STRANDED: /* on the board only: to us it is an episode */
	case BOARD_ABSENT:
	case BOARD_STATE_COUNT:
		break;
	}
}

/* A child made under an armed group inherits its 1, and nobody serves it: back to 0 as soon as seen. */
static void descendant_tend(struct handler *handler, uint32_t number)
{
	const struct slot *slot = &handler->slots[number];
	const struct group_seat *seat =
		adopt_group(&handler->adopt, number, slot->roster.generation);
	struct oom_level level;

	if (!seat || slot->roster.saved.value[KNOB_OOM_CONTROL] == 1 ||
	    oom_level_read(seat->fd[GROUP_OOM_CONTROL], &level) < 0 ||
	    (!level.kill_disabled && !level.under_oom))
		return; /* under_oom with the killer on: a sleeper our write may have missed */
	/* Refused or gone: the next sweep sees it again. */
	(void)knob_return(handler, number, KNOB_OOM_CONTROL, 0);
}

static void slot_sweep(struct handler *handler, uint32_t number)
{
	struct slot *slot = &handler->slots[number];
	struct roster_slot roster;

	/* Half-written by a supervisor that died: what we knew stays true until its successor writes. */
	if (roster_read(handler->tables.roster, number, &roster) < 0)
		roster = slot->roster;
	if (slot->roster.generation &&
	    (roster.generation != slot->roster.generation || roster.want == ROSTER_WANT_GONE ||
	     !adopt_group(&handler->adopt, number, roster.generation)))
		forget(handler, number);
	if (!roster.generation || roster.want == ROSTER_WANT_GONE ||
	    !adopt_group(&handler->adopt, number, roster.generation))
		return;
	if (slot->roster.generation != roster.generation)
		meet(handler, number, &roster);
	slot->roster = roster;
	switch ((enum roster_role)roster.role) {
	case ROSTER_MANAGED:
		managed_tend(handler, number);
		break;
	case ROSTER_DESCENDANT:
		descendant_tend(handler, number);
		break;
	case ROSTER_ANCESTOR:
		break;
	}
}

static uint32_t slots_used(const struct handler *handler)
{
	uint32_t used = atomic_load(&handler->tables.roster->slots_used);

	return used < ROSTER_SLOTS ? used : ROSTER_SLOTS;
}

void slots_sweep(struct handler *handler)
{
	for (uint32_t number = 0; number < slots_used(handler); number++)
		slot_sweep(handler, number);
	source_test(handler);
}

void slots_event(struct handler *handler, uint32_t event)
{
	for (uint32_t number = event; number < slots_used(handler); number += INHERIT_EVENTS) {
		handler->slots[number].look = true;
		handler->slots[number].by_event = true;
	}
}

static void slot_timer(struct handler *handler, uint32_t number)
{
	struct slot *slot = &handler->slots[number];

	slot->due = (struct nsec){ 0 };
	if (!slot->disarm_looks) {
		slot->look = true;
		return;
	}
	if (arm_release_look(handler, number))
		slot_set_state(handler, number, BOARD_HELD);
}

struct nsec slots_run(struct handler *handler)
{
	struct nsec next = { .count = UINT64_MAX };

	for (uint32_t number = 0; number < slots_used(handler); number++) {
		struct slot *slot = &handler->slots[number];

		if (slot->due.count && nsec_reached(handler->now, slot->due))
			slot_timer(handler, number);
		if (slot->look)
			look_at_slot(handler, number);
		if (slot->due.count && slot->due.count < next.count)
			next = slot->due;
	}
	return next;
}

/* Once more for each group that may still be ours. Errors: nobody is left to tell; the next look tries. */
static void abandon(struct handler *handler, uint32_t number)
{
	struct slot *slot = &handler->slots[number];

	action_thaw(handler, number);
	if (slot->state == BOARD_EPISODE || slot->state == BOARD_HANDED_BACK ||
	    knob_entry(handler, number, KNOB_OOM_CONTROL).state == LEDGER_CHANGED)
		slot->disarm_looks = 1;
	if (slot->disarm_looks)
		(void)knob_return(handler, number, KNOB_OOM_CONTROL, 0);
}

void slots_abandon(struct handler *handler)
{
	const struct timespec pauses[HANDLER_LOOKS] = { { .tv_nsec = 10000000 },
							{ .tv_nsec = 100000000 },
							{ .tv_sec = 1 } };

	for (int look = 0; look <= HANDLER_LOOKS; look++) {
		for (uint32_t number = 0; number < slots_used(handler); number++)
			if (handler->slots[number].roster.role == ROSTER_MANAGED)
				abandon(handler, number);
		if (look < HANDLER_LOOKS)
			(void)nanosleep(&pauses[look], NULL);
	}
	/* The kernel has had its time to take whom we marked. */
	for (int i = 0; i < EPISODE_POOL; i++)
		if (handler->episodes[i].phase != EPISODE_FREE && handler->episodes[i].mark)
			mark_remove(handler, handler->episodes[i].mark);
}
