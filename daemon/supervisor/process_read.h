/*
 * One process, read from the files of /proc that never hang: status and oom_score_adj. Identity is
 * settled in one order only: the caller has opened the pidfd, then the files are read, then the pidfd
 * is asked whether the process has exited. A pid is not given out again while its process is at least
 * a zombie, so a pidfd without an exit at the end proves that everything in between was that process.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shared/facts.h"
#include "shared/pulse.h"

/* The pidfd reports that every thread is gone. */
bool process_exited(int pidfd);

/**
 * process_open_adj() - open /proc/@pid/oom_score_adj
 * @flags: O_RDONLY or O_RDWR; the descriptor is close-on-exec
 *
 * Return:  the descriptor, or the negative errno of open.
 */
int process_open_adj(uint32_t pid, int flags);

/**
 * process_read() - everything a fact says about the process behind @pidfd
 * @pulse:       tells which processes are this daemon's
 * @ret_fact:    without generation and slot
 * @ret_closing: it is being killed or dead; reading it again could make the reader do the last work of
 *               its exit, so don't
 *
 * Context: sampler thread; reads /proc.
 * Errors:  -ESRCH when it has exited, else what open(2) or proc_status_parse() say.
 */
int process_read(const struct pulse *pulse, int pidfd, uint32_t pid, struct fact *ret_fact,
		 bool *ret_closing);
