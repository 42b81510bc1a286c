/*
 * The sampler's side of the facts table: which process stands behind each entry, held by a pidfd so
 * that a number that comes back as another process is never taken for the old one, and which entries
 * the handler has descriptors for.
 *
 *     free ──meet──▶ met ──confirm──▶ living ──post──▶ sent ──exit, move──▶ leaving ──post──▶ free
 *
 * A number read from a group's list may stand for another process by the time its pidfd is opened. So a
 * process is only met at first, unseen by anybody else; a second list that was read after the opening
 * confirms it. The handler kills what stands in the facts without asking whose member it is.
 *
 * An entry the handler knows is not used again before the handler was told to close it. All of this
 * belongs to the sampler thread. What the reader adds to an entry: process_details.h, sharing.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/inherit.h"

enum process_state {
	PROCESS_FREE,
	PROCESS_MET, /* not yet proven to be a member, and not in the facts */
	PROCESS_LIVING, /* in the facts; the handler has no descriptors of it */
	PROCESS_SENT, /* the handler has, or is about to get, its descriptors */
	PROCESS_LEAVING, /* out of the facts; the handler is to close its descriptors */
};

/* See process_details.h. */
struct process_asking {
	bool again; /* once more with the next periodic sampling */
	bool executed; /* another program since it was read */
	struct nsec refresh_at; /* and from here on once more, though nothing has changed */
	struct nsec not_before; /* it has cost a reader ... */
	struct nsec back_off; /* ... and this was the last pause for that */
};

struct process {
	enum process_state state;
	int pidfd; /* -1: free or leaving */
	uint32_t generation;
	uint32_t next; /* index + 1 of the next one in its bucket, 0: the last */
	uint32_t round; /* of the sampling that last met it */
	bool closing; /* being killed or dead: /proc is not read again */
	struct process_asking asking;
	struct fact fact; /* as last read */
};

#define PROCESSES_BUCKETS 4096 /* a power of two */

struct processes {
	const struct tables *tables; /* borrowed for the program's life */
	uint32_t generation; /* last one given out */
	uint32_t receiver; /* handler generation that PROCESS_SENT refers to */
	void (*left)(
		const struct process *process); /* it leaves its group alive; NULL: nobody asks */
	uint32_t unposted; /* living and leaving entries: work for process_post.h */
	uint32_t used; /* all entries from here on are free */
	struct {
		uint32_t round, slot;
		uint64_t size;
	} refused; /* the last one there was no room for (process_room.h) */
	bool due[FACTS_PROCESSES]; /* the reader is to be asked about this one */
	uint32_t bucket[PROCESSES_BUCKETS]; /* index + 1 */
	struct process list[FACTS_PROCESSES];
};

/* Group and sampling a process is met in. */
struct processes_place {
	uint32_t slot;
	uint32_t slot_generation;
	uint32_t round;
	bool periodic; /* else the handler has asked for it */
};

/**
 * processes_init() - begin with an empty table, also in the shared memory
 *
 * What a former supervisor left there is unusable: nobody holds a pidfd of those processes any more.
 */
void processes_init(struct processes *processes, const struct tables *tables);

/**
 * processes_meet() - @pid stands in the list of @place
 * @ret_new: met for the first time: processes_confirm() is due
 *
 * A process that is known already is read anew: its pidfd is older than the list, and tells whether it
 * has exited since. A new one gets its pidfd.
 *
 * Context: opens a pidfd for a new one, then reads /proc, then makes sure that the process had not
 *          exited by then.
 * Errors:  -ESRCH when it is gone, -ENOSPC when the table is full of larger ones, -EMFILE and what
 *          pidfd_open and open(2) say. An error costs one entry, never the sampling.
 */
int processes_meet(struct processes *processes, uint32_t pid, struct processes_place place,
		   bool *ret_new);

/**
 * processes_confirm() - @pid stands in a list of @place that was opened after it was met
 *
 * Its facts become visible. Of a process that was not met nothing is noted.
 */
void processes_confirm(struct processes *processes, uint32_t pid, struct processes_place place);

/* Members that were not met in @place.round, or not confirmed, leave the facts at once. */
void processes_sweep(struct processes *processes, struct processes_place place);

/* So do the new ones of @place alone: its second list could not be read. */
void processes_drop_met(struct processes *processes, struct processes_place place);

/* All entries of groups that @is_known denies. */
void processes_retain(struct processes *processes,
		      bool (*is_known)(uint32_t slot, uint32_t slot_generation));

/* For process_post.h: out of the facts; free at once, or leaving when the handler has been told of it. */
void processes_leave(struct processes *processes, struct process *process);
/* For process_post.h: the handler knows nothing of it any more. */
void processes_free(struct processes *processes, struct process *process);

/* The one with this number, NULL for none; it may not be confirmed yet. */
struct process *processes_find(struct processes *processes, uint32_t pid);

/* It has a pidfd: neither free nor on its way out. */
bool processes_has(const struct process *process);

/* It is in the facts. */
bool processes_shows(const struct process *process);

/* Its number in the table and in the facts. */
uint32_t processes_index(const struct processes *processes, const struct process *process);

/* Its fact has changed: others see it, if they see the process at all. */
void processes_update(struct processes *processes, const struct process *process);
