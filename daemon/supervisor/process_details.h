/*
 * What an entry knows beyond /proc/PID/status: how it comes by the details before the reader has been
 * asked, keeps them from one sampling to the next, and when it is due to be asked again:
 *
 *     met            at once, and once more with the next periodic sampling: it may yet execute a program
 *     renamed        as when it was met, and what was known of its program is not known any more
 *     executed       likewise, also under the same name: where the kernel tells of it (lifecycle.h)
 *     a minute old   a program under the same name, a changed command line, a memory shared meanwhile
 *
 * Context: sampler thread; no system call but the clock.
 */
#pragma once

#include "supervisor/processes.h"
#include "supervisor/reader.h"

/**
 * process_details_begin() - @process has been met
 *
 * As long as it has its parent's name it has not executed anything: it is what its parent is.
 */
void process_details_begin(struct processes *processes, struct process *process);

/**
 * process_details_carry() - @process has been read again
 * @fact:     from /proc/PID/status alone; with what is still known it becomes the process's fact
 * @periodic: it was not the handler who asked
 */
void process_details_carry(struct processes *processes, struct process *process,
			   const struct fact *fact, bool periodic);

/* It executes another program: asked about with the next sampling, which sees its new name as well. */
void process_details_executed(struct processes *processes, struct process *process);

/* The reader has answered without an error. Sharing is the caller's. */
void process_details_apply(struct processes *processes, struct process *process,
			   const struct reader_answer *answer);

/* They cannot be read: not asked again before it has another name or program. */
void process_details_refuse(struct processes *processes, struct process *process);

/* As process_details_refuse(), and it has cost a reader: even then only after a pause. */
void process_details_cost(struct processes *processes, struct process *process);

/* Whether a question about it has any sense now. */
bool process_details_may_ask(const struct process *process, struct nsec now);
