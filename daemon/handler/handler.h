/*
 * The handler's whole state, in one static object: everything it will ever need is there, touched and
 * locked before the first event. Each part has a file of its own; this header only shows how they hang
 * together:
 *
 *     handler.c   the loop                     adopt.c         second thread: takes and closes descriptors
 *     slots.c     what to do about each group  slot.c          what happens to one
 *     look.c      what its level means         alloc_failure.c charges that fail without a sleeper
 *     level.c     under OOM? whose limit?      arm.c           the knob that arms
 *     episode.c   one OOM, trigger to record   pressure.c      is it still on, is it still ours?
 *     step.c      the policy, step by step     settle.c        calm that has to last
 *     action.c    the steps as table rows      last_resort.c   nobody can be killed
 *     snapshot.c  who lives there, how big     decision.c      who goes first (ranking/)
 *     roll_ask.c  ... the kernel is asked      source.c        does it answer?
 *     lookup.c    by pid, by inode             adopt_use.c     what adopt.c took in, for the loop
 *     victim.c    a process and its sharers    budget.c        how many kills are left
 *     mark.c      the kernel takes our choice  rival.c         ... unless somebody is as bad
 *     knob_turn.c ledger, epoch, knob          record.c        what is said afterwards
 *
 * Threads: everything here belongs to the loop, except where a comment names the adopt thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "handler/adopt.h"
#include "handler/budget.h"
#include "handler/episode.h"
#include "handler/lookup.h"
#include "handler/snapshot.h"
#include "ranking/ranking.h"
#include "shared/inherit.h"

#define HANDLER_DEPTH 64 /* nesting of groups we follow: the kernel's tests nest 10, real hosts 8 */

/* Looks after an act: 10, 100 and 1000 ms later (KERNEL.md K1: an effect can be lost and is repeated). */
#define HANDLER_LOOKS 3

/* Suspicion that charges fail without a sleeper (alloc_failure.h). */
struct alloc_watch {
	bool met; /* there is a look before this one */
	uint32_t looks; /* of a suspicion, that found charges refused; 0: there is none */
	uint64_t refused; /* charges, at the last look */
	struct nsec due; /* of a suspicion: its next look */
	struct nsec asked; /* facts from then on tell */
	struct nsec counted; /* last */
	struct nsec reported; /* last */
	struct nsec again; /* steps are not taken again before */
	struct nsec backoff;
};

/* What the handler remembers of a roster slot. */
struct slot {
	struct roster_slot roster; /* last consistent copy; generation 0: nobody here */
	uint32_t state; /* enum board_state, as on the board */
	uint32_t overruled; /* pulse.overruled when the present state was entered */
	bool look; /* an event or the sweep asks for a look at the level */
	bool by_event; /* ... and it was an event */
	bool foreign; /* a foreign ancestor's OOM has been reported and is still on */
	bool needs_proof; /* handed back: arm again only when the OOM is proven to be over */
	uint32_t doubts; /* looks in a row that left open whose limit it is */
	struct nsec due; /* next timed business, 0: none */
	struct nsec calm_since; /* handed back: usage below the limit since then, 0: not */
	struct nsec rearm; /* handed back: not before */
	struct nsec backoff;
	uint64_t kills_seen; /* oom_kill of the subtree when it was handed back */
	uint64_t refused_seen; /* handed back: charges refused at the last look */
	uint64_t failcnt; /* at the last calm look */
	uint64_t memsw_failcnt;
	uint32_t disarm_looks; /* looks left after a disarming write, 0: none under way */
	uint32_t disarm_value; /* what was written */
	uint32_t loans; /* number of the last loan */
	struct budget_group budget;
	struct alloc_watch alloc;
	struct episode *episode;
};

struct handler {
	struct tables tables;
	int epoll;
	uint32_t generation; /* of this handler */
	uint32_t epoch; /* pulse.epoch when it started: any other value means it is fenced */
	bool guardian_dead;
	bool guardian_silent;
	struct nsec guardian_tick; /* when its beat is looked at next */
	uint32_t roster_changes; /* as of the last sweep */
	uint32_t adopt_changes;
	uint32_t guardian_missed; /* punctual ticks without a beat */
	uint64_t guardian_beat;
	struct nsec now; /* taken once per turn of the loop */
	struct nsec next_sweep;
	uint64_t faults_at_start;
	uint64_t page_bytes; /* limits are kept in whole pages */
	uint64_t sequence; /* of outcomes */
	struct adopt adopt;
	struct slot slots[ROSTER_SLOTS];
	struct episode episodes[EPISODE_POOL];
	struct budget_host budget;
	uint32_t tested_slot; /* whose group the sources were last tried on */
	struct snapshot snapshot; /* scratch of one decision, as are ... */
	struct lookup pids; /* ... of the snapshot */
	struct lookup groups;
	struct ranking ranking;
	struct policy policy; /* scratch of one look */
};
