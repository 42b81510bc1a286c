/*
 * The lifecycle of processes as the kernel tells of it (bpf.h): who is born, dies, moves or executes
 * another program in one of our groups makes its facts old at once, and not with the next interval. An
 * event says only that something is to be looked at: the group is told of, and read again soon.
 *
 *     event ──▶ told ──pace──▶ answered, read
 *
 * A fork bomb tells without end. So a group is not read more often than its pace allows, all that are told
 * of take a tenth of the thread's time at most, and so do the events themselves. Without the programs
 * nothing is ever told, and the interval is all there is.
 *
 * Context: sampler thread; never waits.
 */
#pragma once

#include "supervisor/processes.h"
#include "supervisor/sampled.h"

struct lifecycle_group {
	uint64_t inode; /* it is watched under this, 0: not watched */
	bool told; /* to be read again ... */
	struct nsec not_before; /* ... but not earlier */
};

struct lifecycle {
	const struct sampled *sampled; /* borrowed for the program's life */
	struct processes *processes; /* likewise */
	int fd; /* -1: no such programs */
	uint32_t used; /* slots from here on are not watched */
	uint32_t told; /* groups */
	uint32_t turn; /* slot that was read last */
	uint32_t taken; /* events, by the taking under way */
	uint64_t lost; /* events, so far */
	struct nsec next_take; /* the descriptor is left alone until then */
	struct nsec next_read; /* of any group */
	struct nsec next_watch; /* there was no room for one more */
	struct lifecycle_group groups[ROSTER_SLOTS];
};

void lifecycle_init(struct lifecycle *lifecycle, const struct sampled *sampled,
		    struct processes *processes);

/* Watches the groups whose members are read, as the roster's copy has them by now, and drops all others. */
void lifecycle_follow(struct lifecycle *lifecycle);

/* What poll(2) is to wait for at @now, -1 for nothing. */
int lifecycle_poll(const struct lifecycle *lifecycle, struct nsec now);

/**
 * lifecycle_take() - hear what has happened
 *
 * Return:  true when events were lost: everything is old.
 */
bool lifecycle_take(struct lifecycle *lifecycle);

/* A group that is to be read at @now. Return: false for none. */
bool lifecycle_next(struct lifecycle *lifecycle, struct nsec now, uint32_t *ret_slot);

/* The group in @slot is about to be read, whoever asked for it: what happens from now on is told again. */
void lifecycle_answer(struct lifecycle *lifecycle, uint32_t slot);

/* It has been read, beginning at @start. */
void lifecycle_read(struct lifecycle *lifecycle, uint32_t slot, struct nsec start);

/* A turn that began at @start was for a group that lifecycle_next() named. */
void lifecycle_rest(struct lifecycle *lifecycle, struct nsec start);

/* When there is something to do without a word from the kernel; UINT64_MAX: not at all. */
struct nsec lifecycle_deadline(const struct lifecycle *lifecycle, struct nsec now);
