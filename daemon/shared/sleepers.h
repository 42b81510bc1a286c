/*
 * Every task of the host that waits for the end of an OOM, and for which group it waits: what a program
 * in the kernel wrote when it was last run. A BPF map of one element, of the supervisor alone.
 *
 * Included by bpf/ as well: see roll.h.
 */
#pragma once

#include <stdint.h>

#include "shared/process.h"

#define SLEEPERS_MAX 256 /* a power of two */

struct sleeper {
	uint32_t pid; /* of its process */
	uint32_t thread;
	uint64_t start_nsec; /* of its process, CLOCK_BOOTTIME */
	uint64_t waits_for; /* inode of the group whose limit was hit */
	uint64_t lives_in; /* inode of the group it is in now */
	uint32_t
		removed; /* 1: the group it waits for has been removed: nothing but SIGKILL wakes it */
	uint32_t padding;
	char comm[FACTS_COMM_SIZE]; /* of its process; raw: hostile */
};

struct sleepers {
	int32_t error; /* negative errno, 0 */
	uint32_t complete; /* 1: every task was looked at */
	uint32_t total; /* more than SLEEPERS_MAX: some are not listed */
	uint32_t tasks; /* looked at */
	struct sleeper list[SLEEPERS_MAX];
};
