/*
 * The process a step acts upon, with all that share its memory: their pidfds are our own, because the
 * sampler may give a seat to another process meanwhile. Dead is it when all of them are.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"

#define VICTIM_PROCESSES 8 /* waited for; further sharers are signalled all the same */

struct victim {
	uint32_t pid; /* of the one that was chosen */
	uint32_t count; /* pidfds held; 0: there is no victim */
	int pidfd[VICTIM_PROCESSES];
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
 * A sharer whose descriptor is still on its way from the supervisor is left out: the next choice finds it.
 *
 * Context: loop; duplicates descriptors of seats, opens nothing.
 * Errors:  -ESRCH when it has gone since the facts were read, -EAGAIN when the descriptor of @candidate
 *          itself is still on its way.
 */
int victim_take(struct handler *handler, const struct candidate *candidate,
		struct victim *ret_victim);

/**
 * victim_signal() - to all of them
 *
 * Context: a turn of the loop in which a decision about its group was taken: sharers beyond those that
 *          are waited for are found in handler->snapshot.
 * Errors:  of the one that was chosen: -ESRCH when it has exited.
 */
int victim_signal(const struct handler *handler, const struct victim *victim, int signal_number);

/* Are all of them gone, or zombies whose memory is free? Polls that do not wait. */
bool victim_exited(const struct victim *victim);

/* Gives the descriptors back; a victim that holds none is left as it is. */
void victim_release(struct handler *handler, struct victim *victim);
