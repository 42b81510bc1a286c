/*
 * Many processes that stand still: each has its own sizes of every kind, some an oom_score_adj or a user of
 * their own, and all sleep in pause(2), so whoever looks twice sees the same.
 */
#pragma once

#include <sys/types.h>

#include "cgroup/cg.h"

#define CROWD_MOST 1024

struct crowd {
	pid_t pid[CROWD_MOST];
	unsigned int count;
};

/* Its members take turns in @left and @right; each has @step_kib more than the one before, modulo @steps. */
struct crowd_plan {
	unsigned int count;
	unsigned int step_kib;
	unsigned int steps;
};

/* Starts them and waits until all stand still. Borrowed; one per case. */
const struct crowd *crowd_start(const struct cg *left, const struct cg *right,
				struct crowd_plan plan);

/* How many of it are dead, reaping them. */
unsigned int crowd_dead(void);
