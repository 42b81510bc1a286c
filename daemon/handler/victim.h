/*
 * The process a step acts upon, with all that share its memory. Each is known in one way at least: by a
 * pidfd of our own, because the sampler may give a seat to another process meanwhile, or as the roll knew
 * it, by number and start (orders.h). Dead is the victim when all of them are.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"
#include "handler/orders.h"
#include "shared/source.h"

#define VICTIM_PROCESSES 8 /* waited for; further sharers are signalled all the same */

struct victim_process {
	struct order order;
	int pidfd; /* -1: none, and none is needed while orders are carried out */
};

struct victim {
	uint32_t count; /* processes; 0: there is no victim */
	struct victim_process process[VICTIM_PROCESSES]; /* the first is the one that was chosen */
	struct nsec overdue; /* when its step gives it up */
	struct nsec unlent; /* terminate: when a slice for it was first refused, 0: none was */
	bool waiting;
};

struct handler;
struct candidate;

/**
 * victim_take() - open @candidate and its sharers as they stand in handler->snapshot
 * @ret_victim: owns its descriptors; given back by victim_release()
 *
 * A sharer that can neither be opened nor ordered yet is left out: the next choice finds it.
 *
 * Context: loop; duplicates descriptors of seats. Without a seat a process the roll knows is opened by
 *          its number, but only where orders are not to be had, and found again after that.
 * Errors:  -ESRCH when it has gone since the snapshot, -EAGAIN when the descriptor of @candidate itself
 *          is still on its way.
 */
int victim_take(struct handler *handler, const struct candidate *candidate,
		struct victim *ret_victim);

/**
 * victim_signal() - to all of them
 * @ret_method: how the one that was chosen was told; also of an error
 *
 * SIGKILL is one run in the kernel for all where the roll knew them. Whom that does not reach, and any
 * other signal, goes by descriptor.
 *
 * Context: a turn of the loop in which a decision about its group was taken: sharers beyond those that
 *          are waited for are found in handler->snapshot.
 * Errors:  of the one that was chosen: -ESRCH when it has exited.
 */
int victim_signal(struct handler *handler, struct victim *victim, int signal_number,
		  enum kill_method *ret_method);

/* Are all of them gone, or zombies whose memory is free? Looks that do not wait. */
bool victim_exited(struct handler *handler, const struct victim *victim);

/* Gives the descriptors back; a victim that is none is left as it is. */
void victim_release(struct handler *handler, struct victim *victim);
