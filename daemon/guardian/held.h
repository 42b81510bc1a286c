/*
 * The groups whose descriptors this process holds: directory (whose flock says that the group has an
 * owner) and knobs. In the guardian the index is the roster slot; `--hand-back` fills the same table
 * from what it finds, so both undo with the same code.
 *
 * Owner of every descriptor: the table.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/inherit.h"
#include "shared/saved.h"
#include "shared/wire.h"

struct held_group {
	uint32_t generation; /* of the roster slot; 0: free */
	uint64_t inode;
	int directory;
	int knob[KNOB_COUNT]; /* -1: the kernel has no such file, or nobody may freeze here */
	/* Set before an undo: */
	bool ours; /* we changed something, or may have: without that it is left alone */
	bool frozen; /* by us, or about to be: it is to be thawed (thaw.h) */
	struct saved saved;
	uint64_t target; /* what the killer's switch is to read */
	int error; /* why it does not, or is not thawed; 0: all is well, or the group is gone */
	uint32_t walked; /* last pass that came through it */
	/* Of the watch: */
	uint32_t oom_ticks; /* punctual ticks under OOM, without a calm one between */
	uint32_t oom_limit; /* so many are allowed, as its policy said at the first; 0: not known */
	bool under_oom;
	bool kill_disabled;
};

struct held {
	struct held_group group[ROSTER_SLOTS];
	uint32_t used; /* all entries from here on are free */
};

/* What to assume without a readable attribute: a group without a killer is the one thing not to leave. */
extern const struct saved held_saved_unknown;

void held_init(struct held *held);

/**
 * held_take() - keep the descriptors of a WIRE_GROUP message
 * @fds: of @count; taken over in every case: what is not kept is closed
 *
 * A group that is held already keeps its directory, because the lock hangs on that open file.
 *
 * Errors:  -EPROTO when directory or switch are missing or the numbers make no sense.
 */
int held_take(struct held *held, const struct wire *wire, int *fds, size_t count);

/**
 * held_take_freezer() - keep the descriptor of a WIRE_GROUP_FREEZER message
 * @fd: -1: the group may not be frozen any more; taken over in every case
 *
 * While the group is frozen (the ledger says so, and the supervisor has let it pass) the one that it was
 * frozen through is kept.
 *
 * Errors:  -EPROTO for a group that is not held.
 */
int held_take_freezer(struct held *held, const struct tables *tables, const struct wire *wire,
		      int *fd);

/* Closes and forgets @slot if it is held in @generation. Return: whether it was. */
bool held_drop(struct held *held, uint32_t slot, uint32_t generation);

/* Closes one entry, whatever its generation. */
void held_group_done(struct held_group *group);

/**
 * held_recall() - before an undo: what each group was found with, and whether it is ours
 *
 * The attribute on the directory counts first, then the roster: it may be torn or ahead. A group with
 * neither an attribute nor a switch or a freeze in the ledger was never touched by us.
 */
void held_recall(struct held *held, const struct tables *tables);
void held_recall_group(struct held *held, const struct tables *tables, uint32_t slot);

/* Whether the ledger says that @knob of this slot may differ from how it was found. */
bool held_changed(const struct held *held, const struct ledger *ledger, uint32_t slot,
		  enum knob knob, struct ledger_cell *ret_cell);
