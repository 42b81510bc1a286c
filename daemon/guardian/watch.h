/*
 * Who is silent, and which group waits too long. Only the guardian's own punctual ticks count, never
 * wall time: a machine that was paused, or a guardian that was itself held up, accuses nobody. A late
 * tick adds nothing and forgives nothing.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "guardian/held.h"

#define WATCH_TICK_MSEC 250

struct watch_beat {
	uint64_t seen;
	uint32_t still; /* punctual ticks without a change */
};

struct watch {
	struct watch_beat handler;
	struct watch_beat supervisor;
	bool under_oom; /* any held group at the last look */
	bool asked; /* the handler was woken and has its count running */
};

enum watch_verdict {
	WATCH_FINE,
	WATCH_ASK, /* handler: wake it, the count begins now */
	WATCH_DOUBT, /* supervisor: later than it ever is when all is well */
	WATCH_SILENT,
};

/* The child was started: forget how long its predecessor was silent. */
void watch_handler_started(struct watch *watch, const struct pulse *pulse);
void watch_supervisor_started(struct watch *watch, const struct pulse *pulse);

/**
 * watch_look() - read the level of every held group
 *
 * Context: one pread per group, 500 in 0.54 ms (KERNEL.md K15); every tick.
 */
void watch_look(struct watch *watch, struct held *held);

/**
 * watch_handler() - judge the handler, once per tick after watch_look()
 *
 * Idle it may sleep a second, so only while a group is under OOM is it asked and then expected to beat;
 * before it serves it has a time to start in.
 */
enum watch_verdict watch_handler(struct watch *watch, const struct pulse *pulse, bool on_time);

/* The supervisor beats once a second: does it (FINE), is it late (DOUBT), or late for too long (SILENT)?
 * FINE is only said when it has beaten; ASK: no beat, but none was due yet. */
enum watch_verdict watch_supervisor(struct watch *watch, const struct pulse *pulse, bool on_time);

/**
 * watch_overdue() - hand back every topmost group that is past its policy's deadline
 *
 * What was overruled is raised before the switch is written, so that the handler does not arm again
 * without proof; and the write is repeated at each tick while the group stays under OOM (KERNEL.md K1).
 *
 * What counts is the deadline of the first tick under OOM: an episode keeps the policy it began with. A
 * group that is stranded, with nobody in it whom even the kernel could kill, is left to a handler that
 * beats: handed back, its tasks would spin. The handler's death hands it back like any other.
 *
 * Return:  groups that became overdue at this tick.
 */
uint32_t watch_overdue(struct held *held, const struct tables *tables, bool on_time);
