/*
 * Processes that share one address space (CLONE_VM without CLONE_THREAD, vfork): to kill one of them frees
 * nothing, so the handler must know them as one (fact.mm). That two share is what the reader has seen; who
 * belongs together, and under which number, is kept here: the lowest pid of those in the table, so no two
 * groups of sharers ever have the same number.
 *
 * Context: sampler thread. Linear in the table, for sharers only.
 */
#pragma once

#include "supervisor/processes.h"

/* @left and @right share, and so do all that share with either. */
void sharing_join(struct processes *processes, struct process *left, struct process *right);

/* @process shares with nobody any more; two others that shared with it still do. */
void sharing_leave(struct processes *processes, struct process *process);

/* Has just been read: one memory has one size, so another size than the first one's ends the sharing. */
void sharing_check(struct processes *processes, struct process *process);
