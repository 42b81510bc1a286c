/*
 * The ledger: every knob that differs from how it was found because of us, written before the knob is.
 * Whoever outlives the others undoes from here. One cell per slot and knob.
 *
 * Writer: the handler; the guardian after it has fenced the handler and seen it dead.
 * hands_off: the handler. A lender that finds it changed since the loan stops lowering at once.
 */
#pragma once

#include "base/sequence.h"
#include "shared/roster.h"

enum ledger_state {
	LEDGER_CLEAR,
	LEDGER_CHANGED, /* the knob may hold @set: compare before undoing */
};

struct ledger_cell {
	uint32_t state; /* enum ledger_state */
	uint32_t loan; /* limits: number of the loan, never 0; grows with every raise */
	uint64_t inode; /* of the group: a cell of a slot's former tenant is void */
	uint64_t found;
	uint64_t set;
	uint64_t due_nsec; /* limits: the lender takes back from this time on (CLOCK_MONOTONIC) */
};

_Static_assert(sizeof(struct ledger_cell) % 8 == 0, "copied in words by sequence_load()");

/*
 * A process whose oom_score_adj was raised so that the kernel kills our choice. A mark whose process has
 * died is void; whoever undoes one opens /proc/PID/oom_score_adj and compares with @set first.
 */
#define LEDGER_MARKS 64

struct ledger_mark {
	_Alignas(8) uint32_t state; /* enum ledger_state; copied in words by sequence_load() */
	uint32_t pid;
	int32_t found;
	int32_t set;
};

struct ledger {
	struct {
		struct sequence sequence;
		struct ledger_mark mark;
	} marks[LEDGER_MARKS];
	struct {
		struct {
			struct sequence sequence;
			struct ledger_cell cell;
		} knob[KNOB_COUNT];
		_Atomic uint32_t hands_off; /* rises before each raise of this slot's limits */
		uint32_t padding;
	} slots[ROSTER_SLOTS];
};

static inline int ledger_read(const struct ledger *ledger, uint32_t slot, enum knob knob,
			      struct ledger_cell *ret_cell)
{
	return sequence_load(&ledger->slots[slot].knob[knob].sequence, ret_cell,
			     &ledger->slots[slot].knob[knob].cell, sizeof(*ret_cell));
}

static inline void ledger_write(struct ledger *ledger, uint32_t slot, enum knob knob,
				const struct ledger_cell *source)
{
	sequence_store(&ledger->slots[slot].knob[knob].sequence,
		       &ledger->slots[slot].knob[knob].cell, source, sizeof(*source));
}
