/*
 * Orders to programs in the kernel: who is meant, by number and start, to be signalled or only looked for.
 * All of them are carried out by one run, in which nobody can take over the number between the look at who
 * has it and the signal. Where that is not to be had, pidfds are (pidfd.h).
 *
 * They stand in the roll, and there is one list of them: it is begun, filled, run and read in one go.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct handler;
struct candidate;

/* A process as the roll knew it. */
struct order {
	uint32_t pid;
	uint32_t
		live; /* a thread of it; 0: the roll knew nothing of it, and no order can name it */
	uint64_t start_nsec; /* CLOCK_BOOTTIME */
};

struct order order_of(const struct candidate *candidate);

/* Can signals be sent this way, and their effect be looked for? */
bool orders_are_usable(const struct handler *handler);

/* Forgets the last list. */
void orders_begin(struct handler *handler);

/**
 * orders_add() - one more
 *
 * Errors:  -ENOBUFS with a full list.
 * Return:  its number in the list.
 */
int orders_add(struct handler *handler, struct order order);

/**
 * orders_signal() - send @signal_number to all of the list
 * orders_find()   - are they still there?
 *
 * What became of each is said by orders_error(), also after an error: with it, not all were carried out.
 *
 * Context: loop; one run of a program. orders_signal() notes in outcomes.kill how it went.
 * Errors:  -ENOENT when the program has not come, -ECANCELED when it ended early, else that of bpf_run().
 */
int orders_signal(struct handler *handler, int signal_number);
int orders_find(struct handler *handler);

/* Of one order: 0, -ESRCH when the process is gone, -ECANCELED when it was not carried out, or the signal's. */
int orders_error(const struct handler *handler, uint32_t number);

/* A list of one: 0 when the process is still there, else as orders_error(). */
int order_find(struct handler *handler, struct order order);
