/*
 * Stranded sleepers. A process that sleeps because its group ran out of memory, and is moved elsewhere,
 * goes on waiting for the old group; when that is removed, nothing in the world can wake it but SIGKILL
 * (KERNEL.md K17). They are found in one of two ways, and judged and killed in one (stray.h): a program
 * in the kernel lists all sleepers of the host (stranded_sleepers.h); where there is none, those are
 * watched whom the sampler has seen leave (stranded_reader.h).
 *
 * Context: sampler thread.
 */
#pragma once

#include "supervisor/stranded_reader.h"
#include "supervisor/stranded_sleepers.h"

struct stranded {
	struct stranded_groups removed;
	struct stranded_reader reader;
	struct stranded_sleepers sleepers;
};

/* Main loop, before the sampler's thread is there. */
void stranded_init(struct stranded *stranded, const struct sampled *sampled, struct groups *groups);

/* @process leaves the group that its fact names, for another one or for none we know. */
void stranded_left(struct stranded *stranded, const struct process *process);

/* Looks at all sleepers of the host, when that is due and can be done. */
void stranded_look(struct stranded *stranded);

/* When stranded_look() is due; UINT64_MAX: not at all. */
struct nsec stranded_deadline(const struct stranded *stranded);

/**
 * stranded_ask() - look at one of those watched, if one is due and the reader is free
 *
 * Return:  true when a question is on its way: stranded_hear() is due.
 */
bool stranded_ask(struct stranded *stranded, struct reader_line *line);

/* As details_hear(). */
void stranded_hear(struct stranded *stranded, enum reader_line_event event,
		   const struct reader_answer *answer);
