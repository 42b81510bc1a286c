/*
 * Stranded sleepers, found by what /proc tells:
 *
 *     left        it leaves the facts of a group that was armed, alive and asleep: watched while it sleeps
 *     group gone  the group is removed
 *     looked at   it sleeps in the kernel's wait for an OOM, while no group that could still wake it is
 *                 under one
 *
 * Context: sampler thread.
 */
#pragma once

#include "supervisor/groups.h"
#include "supervisor/processes.h"
#include "supervisor/reader_line.h"
#include "supervisor/sampled.h"
#include "supervisor/stranded_groups.h"
#include "supervisor/stray.h"

#define STRANDED_MAX 64 /* sleepers watched at a time */
#define STRANDED_ABOVE 16 /* groups above, whose OOM it might be */

struct stranded_leaver {
	struct stray stray;
	bool gone; /* the group it was in is removed */
	uint64_t above[STRANDED_ABOVE]; /* inodes, the nearest one first; 0: no more of them */
	struct nsec next_look;
};

struct stranded_reader {
	const struct sampled *sampled; /* borrowed for the program's life */
	struct groups *groups; /* likewise */
	uint32_t asked; /* which one the reader has been asked about */
	struct stranded_leaver list[STRANDED_MAX];
};

void stranded_reader_init(struct stranded_reader *reader, const struct sampled *sampled,
			  struct groups *groups);

/* @process leaves the group that its fact names. @removed: what is known by now. */
void stranded_reader_left(struct stranded_reader *reader, const struct stranded_groups *removed,
			  const struct process *process);

/* @group is removed. Whoever has left it is looked at from now on, or let go when it was foreign. */
void stranded_reader_gone(struct stranded_reader *reader, const struct stranded_group *group);

/* As stranded_ask() and stranded_hear(). */
bool stranded_reader_ask(struct stranded_reader *reader, struct reader_line *line);
void stranded_reader_hear(struct stranded_reader *reader, enum reader_line_event event,
			  const struct reader_answer *answer);
