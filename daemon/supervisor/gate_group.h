/*
 * The scratch group of the kernel gate's probe: made with a limit of 4 MiB and the kernel's killer off,
 * an eventfd registered on it, and always removed again.
 */
#pragma once

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/units.h"

#define GATE_LIMIT (4 * BYTES_PER_MIB)

/* Shared with the children. */
struct gate_page {
	_Atomic int moved; /* 1: in the group; a negative errno of getting ready or moving there */
	_Atomic int error; /* errno of the read, 0 */
	_Atomic int64_t length; /* what it returned */
};

struct gate {
	char directory[PATH_MAX];
	bool made;
	int lock; /* directory with the flock of an owner: a running instance leaves the group alone */
	int procs, oom_control, limit, event;
	struct gate_page *page;
	char *seen;
	size_t seen_size;
};

/* Notes in @gate->seen what was wrong. Return: @error. */
int gate_fail(struct gate *gate, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * gate_open() - make the group and all that belongs to it
 * @gate: .seen and .seen_size are set by the caller; gate_close() is due also after an error
 *
 * Errors:  -ENOTSUP where the kernel has no such file or no events, else what the kernel says; noted in @gate->seen.
 */
int gate_open(const char *memory_mount, struct gate *gate);

/* Removes all of it; waits up to 2 s for the kernel to forget the last task. Errors: those of rmdir. */
int gate_close(struct gate *gate);
