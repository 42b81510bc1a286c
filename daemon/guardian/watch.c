/* See watch.h. */
#include "guardian/watch.h"

#include "base/units.h"
#include "guardian/thaw.h"

#define TICKS(msec) ((msec) / WATCH_TICK_MSEC)
#define HANDLER_SILENT_TICKS 2
#define SUPERVISOR_DOUBT_TICKS TICKS(1500)
#define SUPERVISOR_SILENT_TICKS TICKS(5000)
#define START_TICKS                                                                                \
	TICKS(30000) /* the kernel gate's probe and a first scan of thousands of groups */
#define OVERDUE_SLACK_TICKS TICKS(2000)
#define DEADLINE_UNKNOWN_TICKS TICKS(10000) /* the roster was torn by a dead supervisor */

/* Return: whether it has beaten since the last tick. */
static bool beat_count(struct watch_beat *beat, uint64_t now, bool on_time)
{
	if (beat->seen != now) {
		*beat = (struct watch_beat){ .seen = now };
		return true;
	}
	if (on_time)
		beat->still++;
	return false;
}

void watch_handler_started(struct watch *watch, const struct pulse *pulse)
{
	watch->handler = (struct watch_beat){ .seen = pulse->handler_beat };
	watch->asked = false;
}

void watch_supervisor_started(struct watch *watch, const struct pulse *pulse)
{
	watch->supervisor = (struct watch_beat){ .seen = pulse->supervisor_beat };
}

void watch_look(struct watch *watch, struct held *held)
{
	bool any = false;

	for (uint32_t slot = 0; slot < held->used; slot++) {
		struct held_group *group = &held->group[slot];
		struct oom_level level;

		if (!group->generation)
			continue;
		/* Gone, or nothing one could act on: then it is not a group that waits. */
		if (oom_level_read(group->knob[KNOB_OOM_CONTROL], &level) < 0)
			level = (struct oom_level){ 0 };
		group->under_oom = level.under_oom;
		group->kill_disabled = level.kill_disabled;
		any = any || level.under_oom;
	}
	watch->under_oom = any;
}

enum watch_verdict watch_handler(struct watch *watch, const struct pulse *pulse, bool on_time)
{
	bool beats = beat_count(&watch->handler, pulse->handler_beat, on_time);

	if (pulse->handler_ready != pulse->handler_generation)
		return watch->handler.still >= START_TICKS ? WATCH_SILENT : WATCH_FINE;
	if (!watch->under_oom) {
		watch->asked = false;
		return WATCH_FINE;
	}
	if (!watch->asked || beats) {
		watch->asked = true;
		watch->handler.still = 0;
		return WATCH_ASK;
	}
	return watch->handler.still >= HANDLER_SILENT_TICKS ? WATCH_SILENT : WATCH_FINE;
}

enum watch_verdict watch_supervisor(struct watch *watch, const struct pulse *pulse, bool on_time)
{
	bool serves = pulse->supervisor_ready == pulse->supervisor_generation;
	uint32_t limit = serves ? SUPERVISOR_SILENT_TICKS : START_TICKS;

	if (beat_count(&watch->supervisor, pulse->supervisor_beat, on_time))
		return WATCH_FINE;
	if (watch->supervisor.still >= limit)
		return WATCH_SILENT;
	return serves && watch->supervisor.still >= SUPERVISOR_DOUBT_TICKS ? WATCH_DOUBT
									   : WATCH_ASK;
}

/* Not held in this generation: nothing of ours, so the group below it is judged by itself. */
static bool slot_under_oom(const struct held *held, uint32_t slot, const struct roster_slot *entry)
{
	const struct held_group *group = &held->group[slot];

	return group->generation && group->generation == entry->generation && group->under_oom;
}

/* A sleeper of an ancestor shows in every group below; the bound holds against a loop in a torn table. */
static bool slot_topmost(const struct held *held, const struct roster *roster, uint32_t slot)
{
	struct roster_slot entry;

	if (roster_read(roster, slot, &entry) < 0)
		return true;
	for (uint32_t level = 0; level < ROSTER_SLOTS; level++) {
		uint32_t parent = entry.parent;

		if (parent >= ROSTER_SLOTS || roster_read(roster, parent, &entry) < 0)
			return true;
		if (slot_under_oom(held, parent, &entry))
			return false;
	}
	return true;
}

/* Return: the ticks it may take, 0 when that cannot be told. */
static uint32_t slot_limit(const struct held *held, const struct roster *roster, uint32_t slot)
{
	struct roster_slot entry;
	struct policy policy;

	if (roster_read(roster, slot, &entry) < 0 ||
	    entry.generation != held->group[slot].generation || entry.role != ROSTER_MANAGED ||
	    roster_read_policy(roster, entry.policy, &policy) < 0)
		return 0;
	return (uint32_t)TICKS(policy.deadline.count / NSEC_PER_MSEC) + OVERDUE_SLACK_TICKS;
}

/*
 * With the switch at 0 the kernel is in charge already: what sleeps there was missed by an earlier
 * write, or waits for an ancestor that is not ours. Writing again helps the one and hurts neither.
 */
static bool slot_overrule(struct held *held, const struct tables *tables, uint32_t slot)
{
	struct held_group *group = &held->group[slot];
	bool overruled = group->kill_disabled;

	held_recall_group(held, tables, slot);
	if (!group->ours)
		return false; /* an operator's own switch, watched in dry-run */
	if (overruled) {
		tables->pulse->overruled[slot]++;
		tables->pulse->overdue++;
	}
	/* Looked at again with the next tick, and written again if this was lost. */
	(void)knob_set(KNOB_OOM_CONTROL, group->knob[KNOB_OOM_CONTROL], 0);
	(void)thaw_group(group);
	return overruled;
}

/* Silence of the handler is not judged here, but by watch_handler(). */
static bool slot_stranded(const struct held *held, const struct tables *tables, uint32_t slot)
{
	const struct board_slot *board = &tables->outcomes->board[slot];

	return tables->pulse->handler_ready == tables->pulse->handler_generation &&
	       atomic_load(&board->held) == held->group[slot].generation &&
	       atomic_load(&board->state) == BOARD_STRANDED;
}

static bool slot_overdue(struct held *held, const struct tables *tables, uint32_t slot)
{
	struct held_group *group = &held->group[slot];

	if (!group->oom_limit)
		group->oom_limit = slot_limit(held, tables->roster, slot);
	return group->oom_ticks > (group->oom_limit ? group->oom_limit : DEADLINE_UNKNOWN_TICKS) &&
	       !slot_stranded(held, tables, slot);
}

uint32_t watch_overdue(struct held *held, const struct tables *tables, bool on_time)
{
	uint32_t count = 0;

	for (uint32_t slot = 0; slot < held->used; slot++) {
		struct held_group *group = &held->group[slot];

		if (!group->generation)
			continue;
		if (!group->under_oom || !slot_topmost(held, tables->roster, slot)) {
			group->oom_ticks = 0;
			group->oom_limit = 0;
			continue;
		}
		group->oom_ticks += on_time;
		if (slot_overdue(held, tables, slot) && slot_overrule(held, tables, slot))
			count++;
	}
	return count;
}
