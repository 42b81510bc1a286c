/*
 * The sampler's side of the facts table: which process stands behind each entry, held by a pidfd so
 * that a number that comes back as another process is never taken for the old one, and which entries
 * the handler has descriptors for.
 *
 *     free ──adopt──▶ living ──send──▶ living, sent ──exit, move──▶ leaving ──GONE sent──▶ free
 *
 * An entry the handler knows is not used again before the handler was told to close it. All of this
 * belongs to the sampler thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/inherit.h"

struct process {
	int pidfd; /* -1: the entry is free or leaving */
	uint32_t pid;
	uint32_t generation; /* 0: free */
	uint32_t slot;
	uint32_t slot_generation;
	uint32_t next; /* index + 1 of the next one in its bucket, 0: the last */
	uint32_t round; /* of the sampling that last met it */
	uint64_t size;
	bool sent; /* the handler has, or is about to get, its descriptors */
	bool leaving;
	bool closing; /* being killed or dead: /proc is not read again */
};

#define PROCESSES_BUCKETS 4096 /* a power of two */

struct processes {
	const struct tables *tables; /* borrowed for the program's life */
	uint32_t generation; /* last one given out */
	uint32_t receiver; /* handler generation that .sent refers to */
	uint32_t
		unsent; /* living entries not sent yet, and leaving ones: work for processes_flush() */
	uint32_t used; /* all entries from here on are free */
	uint32_t bucket[PROCESSES_BUCKETS]; /* index + 1 */
	struct process list[FACTS_PROCESSES];
};

/* Group and sampling a process is met in. */
struct processes_place {
	uint32_t slot;
	uint32_t slot_generation;
	uint32_t round;
};

/**
 * processes_init() - begin with an empty table, also in the shared memory
 *
 * What a former supervisor left there is unusable: nobody holds a pidfd of those processes any more.
 */
void processes_init(struct processes *processes, const struct tables *tables);

/**
 * processes_meet() - process @pid is a member of @place now: read it and write its fact
 *
 * Context: opens a pidfd for a new one, then reads /proc, then makes sure that the process had not
 *          exited by then.
 * Errors:  -ESRCH when it is gone, -ENOSPC when the table is full of larger ones, -EMFILE and what
 *          pidfd_open and open(2) say. An error costs one entry, never the sampling.
 */
int processes_meet(struct processes *processes, uint32_t pid, struct processes_place place);

/**
 * processes_sweep() - members of a group that were not met in @place.round have left it
 *
 * Return:  nothing; the entries leave the facts at once.
 */
void processes_sweep(struct processes *processes, struct processes_place place);

/* All entries of groups that @is_known denies. */
void processes_retain(struct processes *processes,
		      bool (*is_known)(uint32_t slot, uint32_t slot_generation));

/**
 * processes_flush() - tell the handler what it does not know yet
 *
 * Errors:  -EAGAIN when the handler is behind, restarting or not there: call again soon.
 */
int processes_flush(struct processes *processes);

/* The handler has forgotten everything: all is to be sent again. */
void processes_unsend(struct processes *processes);
