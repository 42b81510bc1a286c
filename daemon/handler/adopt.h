/*
 * The seats: descriptors of groups and processes that arrived from the supervisor. They are taken in and
 * closed by a thread of their own, because recvmsg, close and growing a descriptor table allocate or
 * wait inside the kernel, and the loop must not.
 *
 * A seat is valid while its generation is the expected one. To empty a seat the adopt thread first sets
 * the generation to 0 and then waits until the loop has passed a quiescent point (adopt_enter,
 * adopt_leave); only then are the descriptors closed, so the loop can never use a number that has come
 * to mean something else.
 *
 * The freezer comes and goes while its seat stays valid, and so do programs of the kernel, which belong to
 * no seat: the place is changed first, and the former descriptor closed after the next quiescent point.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/ring.h"
#include "shared/facts.h"
#include "shared/inherit.h"
#include "shared/wire.h"

/* Descriptors the loop is done with; a power of two, with room for one look at everything. */
#define ADOPT_SPENT (ROSTER_SLOTS * GROUP_MEMBERS)

struct group_seat {
	_Atomic uint32_t generation; /* of the roster slot; 0: empty */
	int fd[GROUP_FILE_COUNT]; /* -1: not there; that of the freezer may change from turn to turn */
	_Atomic int members[GROUP_MEMBERS]; /* one-shot descriptors, -1: used up */
};

struct process_seat {
	_Atomic uint32_t generation; /* of the fact; 0: empty */
	int pidfd;
	int adj_fd; /* /proc/PID/oom_score_adj */
};

/* Of the kernel, from the supervisor; while they are exchanged, the loop finds the old or the new. */
struct program_seats {
	_Atomic uint32_t generation; /* of the supervisor that sent them; 0: nobody has */
	_Atomic int fd[ROLL_PROGRAM_COUNT]; /* -1: the kernel has refused that one */
	_Atomic int iterators[WIRE_ITERATORS_MAX]; /* one-shot descriptors, -1: used up */
};

struct adopt {
	const struct tables *tables; /* borrowed for the thread's life */
	uint32_t handler_generation;
	pthread_t thread;
	_Atomic uint32_t changes; /* groups and programs taken in or given up so far */
	_Atomic uint64_t turn; /* odd while the loop works, even while it waits */
	struct group_seat groups[ROSTER_SLOTS];
	struct process_seat processes[FACTS_PROCESSES];
	struct program_seats programs;
	struct ring spent; /* loop → adopt */
	int spent_fd[ADOPT_SPENT];
};

/**
 * adopt_start() - empty all seats and start the thread
 *
 * Context: before memory is locked.
 * Errors:  the negative errno of pthread_create.
 */
int adopt_start(struct adopt *adopt, const struct tables *tables, uint32_t handler_generation);

/* The loop is about to use seats / holds no descriptor of a seat any more. */
void adopt_enter(struct adopt *adopt);
void adopt_leave(struct adopt *adopt);

/* The seat of a group if it is there in this generation, else NULL. Valid until adopt_leave(). */
const struct group_seat *adopt_group(const struct adopt *adopt, uint32_t slot, uint32_t generation);
const struct process_seat *adopt_process(const struct adopt *adopt, uint32_t index,
					 uint32_t generation);

/**
 * adopt_take_members() - a cgroup.procs descriptor nobody has read yet
 *
 * Return:  the descriptor, to be given to adopt_spend() after one use; -ENFILE when the pool is empty.
 */
int adopt_take_members(struct adopt *adopt, uint32_t slot, uint32_t generation);

/* The descriptor of @program, to be run until adopt_leave(), or -ENOENT: it has not come. */
int adopt_program(const struct adopt *adopt, enum roll_program program);

/**
 * adopt_take_iterator() - a descriptor whose reading shows a program every task of the host, once
 *
 * Return:  the descriptor, to be given to adopt_spend() after one use; -ENFILE when the pool is empty.
 */
int adopt_take_iterator(struct adopt *adopt);

/* Are there any? */
bool adopt_has_iterator(const struct adopt *adopt);

/* Hands a descriptor over for closing. With a full ring it stays open: a leak of one, never a wait. */
void adopt_spend(struct adopt *adopt, int fd);
