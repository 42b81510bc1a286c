/*
 * Stranded sleepers. A process that sleeps because its group ran out of memory, and is moved elsewhere,
 * goes on waiting for the old group; when that is removed, nothing in the world can wake it but SIGKILL
 * (KERNEL.md K17). They are found and killed here:
 *
 *     left        it leaves the facts of a group that was armed, alive and asleep: watched while it sleeps
 *     group gone  the group is removed
 *     looked at   three times in two seconds or more it sleeps in the kernel's wait for an OOM, while no
 *                 group that could still wake it is under one: stranded
 *
 * Context: sampler thread, but for stranded_group_gone().
 */
#pragma once

#include "supervisor/processes.h"
#include "supervisor/reader_line.h"
#include "supervisor/sampled.h"
#include "supervisor/groups.h"

#define STRANDED_MAX 64 /* sleepers watched at a time */
#define STRANDED_GONE 64 /* groups remembered as removed; a power of two */
#define STRANDED_ABOVE 16 /* groups above, whose OOM it might be */

struct stray {
	int pidfd; /* -1: free */
	uint32_t pid;
	char comm[FACTS_COMM_SIZE]; /* raw: hostile */
	uint64_t inode; /* of the group it was in */
	bool enforce; /* that group's policy: it may be killed */
	bool gone; /* that group is removed */
	uint64_t above[STRANDED_ABOVE]; /* inodes, the nearest one first; 0: no more of them */
	uint32_t looks; /* one after the other that found it in the wait of a group that is gone */
	struct nsec first_look;
	struct nsec next_look;
};

struct stranded {
	const struct sampled *sampled; /* borrowed for the program's life */
	struct groups *groups; /* likewise */
	uint64_t gone[STRANDED_GONE]; /* inodes, the latest ones */
	uint32_t gone_count;
	uint32_t asked; /* which one the reader has been asked about */
	struct stray list[STRANDED_MAX];
};

void stranded_init(struct stranded *stranded, const struct sampled *sampled, struct groups *groups);

/* @process leaves the group that its fact names, for another one or for none we know. */
void stranded_left(struct stranded *stranded, const struct process *process);

/* The group with @inode is removed. Main loop; noticed by the sampler's next stranded_ask(). */
void stranded_group_gone(uint64_t inode);

/**
 * stranded_ask() - look at one of those watched, if one is due and the reader is free
 *
 * Return:  true when a question is on its way: stranded_hear() is due.
 */
bool stranded_ask(struct stranded *stranded, struct reader_line *line);

/* As details_hear(). A process found stranded is reported, and killed where the policy enforces. */
void stranded_hear(struct stranded *stranded, enum reader_line_event event,
		   const struct reader_answer *answer);
