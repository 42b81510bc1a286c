/*
 * One that has the kernel tell of a group's processes, and listens as seldom as the sampler does: a process
 * of its own, because what is loaded goes with the process that has loaded it.
 */
#pragma once

#include "cgroup/cg.h"

/* NULL: it can be had here. */
const char *listener_why_not(void);

/* From its return on the programs run, until listener_stop() has returned. */
void listener_start(const struct cg *cg);

struct listener_count {
	uint64_t taken; /* events */
	uint64_t lost;
};

struct listener_count listener_stop(void);
