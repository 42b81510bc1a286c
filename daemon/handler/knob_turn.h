/*
 * Turning a knob: the only way the handler changes anything in the kernel. The ledger is written first,
 * so that whoever outlives us can undo it; then the epoch is compared, so that a handler that was fenced
 * and wakes up late changes nothing any more.
 */
#pragma once

#include "handler/handler.h"

/* What goes into the ledger beside the value. */
struct turn {
	uint32_t slot;
	enum knob knob;
	uint64_t set;
	uint64_t found;
	struct nsec due; /* limits: when the loan is to be taken back; freezer: when it is thawed */
	uint32_t loan; /* limits and the freezer: the number others acknowledge it by */
};

/**
 * knob_announce() - the ledger's entry alone; the knob follows by knob_turn() with the same @turn
 *
 * For a knob whose change has to be noted where it outlives all of us before it is made.
 *
 * Errors:  -ECANCELED when fenced: nothing was written.
 */
int knob_announce(struct handler *handler, const struct turn *turn);

/**
 * knob_turn() - ledger, epoch, knob, and a reading to confirm
 *
 * Errors:  -ECANCELED when fenced, -ESRCH without descriptors, -ENODEV when the group is gone, -EAGAIN
 *          when the kernel took the value but reads another one (a take-back was under way), else what
 *          the kernel said.
 */
int knob_turn(struct handler *handler, const struct turn *turn);

/**
 * knob_return() - write @value and strike the ledger's entry once it reads back
 *
 * A freezer that was thawed counts as such when the write succeeds: it still reads frozen where somebody
 * froze a group above it.
 *
 * Errors:  as knob_turn(); the entry stays on any error.
 */
int knob_return(struct handler *handler, uint32_t slot, enum knob knob, uint64_t value);

/* The ledger's entry for a knob of the present tenant of @slot; LEDGER_CLEAR when there is none. */
struct ledger_cell knob_entry(const struct handler *handler, uint32_t slot, enum knob knob);

/* Strikes an entry without touching the knob: it was put back by somebody else, or its group is gone. */
void knob_strike(struct handler *handler, uint32_t slot, enum knob knob);
