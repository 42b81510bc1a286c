/*
 * The sampler: a thread that keeps the facts fresh, all of them every interval and those of one subtree
 * at once when the handler asks (outcome.board[].wanted_nsec). It reads the files of /proc that never
 * hang, and may be lost all the same: if one does hang in spite of everything, the handler decides with
 * what is there, and nothing else waits for it. The others are read by a process of its own (reader.h).
 */
#pragma once

#include "base/units.h"
#include "shared/inherit.h"
#include "supervisor/groups.h"

/**
 * sampler_start() - start the thread
 * @tables:   borrowed for the program's life; facts are written by this thread alone
 * @groups:   borrowed for the program's life
 * @interval: between two samplings of everything
 *
 * Context: main loop, once.
 * Errors:  the negative errno of pthread_create, -EALREADY the second time.
 */
int sampler_start(const struct tables *tables, struct groups *groups, struct nsec interval);

/* A new value of @interval; takes effect with the next cycle, or at once with sampler_poke(). Any thread. */
void sampler_set_interval(struct nsec interval);

/* The handler was restarted: send it all descriptors of processes again. Any thread. */
void sampler_resend(void);

/* The roster changed: look at it now and not only in the next interval. Any thread. */
void sampler_poke(void);

/* Fresh facts of the subtree of @slot are wanted: facts.group[].sampled_nsec tells when. Any thread. */
void sampler_request(uint32_t slot);
