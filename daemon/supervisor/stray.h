/*
 * A stray: a process that may be waiting for the end of an OOM that will never come. Whoever looks for
 * such (stranded.h) keeps one of these for each he watches, and says what each look has found; here is
 * when that is enough, and what is done then.
 *
 * Context: sampler thread.
 */
#pragma once

#include <stdbool.h>

#include "base/units.h"
#include "shared/process.h"

struct stray {
	uint32_t pid; /* 0: free */
	int pidfd; /* -1: none */
	char comm[FACTS_COMM_SIZE]; /* raw: hostile */
	uint64_t inode; /* of the group it waits for */
	bool enforce; /* that group was armed when it went: it may be killed */
	uint32_t looks; /* one after the other that found it waiting in vain */
	struct nsec first_look; /* of these */
};

/* A look has found it waiting in vain. Return: true when there is no doubt any more. */
bool stray_look(struct stray *stray);

/* It waits for good: reported, and killed where the policy enforces. */
void stray_resolve(struct stray *stray);

/* It is free afterwards. */
void stray_drop(struct stray *stray);
