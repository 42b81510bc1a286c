/* See snapshot_entry.h. */
#include "handler/snapshot_entry.h"

#ifdef HOLD_POINTS
#include <stdlib.h>

/*
 * Nobody without CAP_SYS_RESOURCE can lower an oom_score_adj to -1000, and test machines are such hosts:
 * there 999 stands in for it.
 */
static void stand_in(struct candidate *candidate)
{
	if (candidate->who.oom_score_adj == 999 && getenv("OOMHANDLERD_HOLD_ADJ"))
		candidate->who.oom_score_adj = -1000;
}
#else
static void stand_in(struct candidate *candidate)
{
	(void)candidate;
}
#endif

const char *label_of(const struct handler *handler, uint32_t slot, struct label *label)
{
	if (label->slot == slot)
		return label->path.text;
	label->slot = slot;
	/* Half-written: no cgroup: rule applies, as where a path is too long. */
	if (roster_read_path(handler->tables.roster, slot, &label->path) < 0)
		label->path.text[0] = '\0';
	return label->path.text;
}

/* The child group of the snapshot's group that @slot is in, or that group itself. */
static uint32_t unit_of(const struct handler *handler, uint32_t slot, uint32_t whole)
{
	for (int depth = 0; depth < HANDLER_DEPTH && slot < ROSTER_SLOTS && slot != whole;
	     depth++) {
		if (handler->slots[slot].roster.parent == whole)
			return slot;
		slot = handler->slots[slot].roster.parent;
	}
	return whole;
}

static uint64_t usage_of(const struct handler *handler, uint32_t slot)
{
	const struct group_seat *seat =
		adopt_group(&handler->adopt, slot, handler->slots[slot].roster.generation);
	uint64_t usage;

	return seat && gauge_read(seat->fd[GROUP_USAGE], &usage) == 0 ? usage : 0;
}

/* Of each child group, and of the group itself what its own members have: all, without the children's. */
void snapshot_measure_units(struct handler *handler, const struct snapshot_question *question)
{
	uint32_t used = atomic_load(&handler->tables.roster->slots_used);
	uint64_t *use = handler->snapshot.unit_use;
	uint64_t own, children = 0;

	if (question->unit != POLICY_UNIT_GROUP)
		return;
	own = usage_of(handler, question->slot);
	for (uint32_t i = 0; i < used && i < ROSTER_SLOTS; i++) {
		if (!handler->slots[i].roster.generation ||
		    handler->slots[i].roster.parent != question->slot)
			continue;
		use[i] = usage_of(handler, i);
		children += use[i];
	}
	use[question->slot] = own > children ? own - children : 0;
}

void snapshot_finish_entry(const struct handler *handler, const struct snapshot_question *question,
			   struct candidate *candidate)
{
	uint32_t unit;

	stand_in(candidate);
	if (question->unit != POLICY_UNIT_GROUP)
		return;
	unit = unit_of(handler, candidate->slot, question->slot);
	candidate->unit_use = handler->snapshot.unit_use[unit];
	candidate->unit_inode = handler->slots[unit].roster.inode;
}
