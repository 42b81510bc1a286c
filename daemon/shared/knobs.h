/*
 * The one list of kernel files this daemon reads and changes in a control group: their names, who may
 * write them, and how each value is read, set and confirmed. Nothing outside knobs.c names a v1 file.
 *
 * Source: Documentation/admin-guide/cgroup-v1/memory.rst; behaviour measured on 6.18 and 6.1.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"

/* What can be changed, and therefore must be undone. */
enum knob {
	KNOB_OOM_CONTROL, /* 1: the kernel's killer is off */
	KNOB_LIMIT, /* bytes */
	KNOB_MEMSW_LIMIT, /* bytes of memory and swap; absent without swap accounting */
	KNOB_FREEZER, /* 1: frozen, or on the way there; absent where freezing would hit strangers */
	KNOB_COUNT,
};

/*
 * Membership of a v1 group is read from cgroup.procs, and a descriptor read once is stale for good
 * (KERNEL.md K11): hence a pool of descriptors that are read once.
 */
#define GROUP_MEMBERS 4

/* The descriptors of one control group, in the order in which they travel. */
enum group_file {
	GROUP_DIRECTORY, /* holds the owner's flock */
	GROUP_OOM_CONTROL,
	GROUP_LIMIT,
	GROUP_MEMSW_LIMIT,
	GROUP_USAGE,
	GROUP_FAILCNT,
	GROUP_MEMSW_USAGE,
	GROUP_MEMSW_FAILCNT,
	GROUP_FREEZER, /* of another hierarchy: comes and goes with WIRE_GROUP_FREEZER */
	GROUP_MEMBERS_FIRST,
	GROUP_FILE_COUNT = GROUP_MEMBERS_FIRST + GROUP_MEMBERS,
};

struct group_file_row {
	const char *name;
	int flags; /* for openat(2) */
	bool optional; /* absent on kernels without swap accounting */
};

/* Indexed by enum group_file; every member row names the same file. */
extern const struct group_file_row group_files[GROUP_FILE_COUNT];

/* Where an eventfd is registered: not a descriptor of the handler. */
#define KNOB_EVENT_CONTROL "cgroup.event_control"

/* Files that are only looked at, or set in scratch groups of our own. */
#define KNOB_FILE_HIERARCHY                                                                        \
	"memory.use_hierarchy" /* 0 before 5.11: the limit does not bind children */
#define KNOB_FILE_LIMIT "memory.limit_in_bytes"
#define KNOB_FILE_MEMSW_LIMIT "memory.memsw.limit_in_bytes"
#define KNOB_FILE_MEMSW_USAGE "memory.memsw.usage_in_bytes"
#define KNOB_FILE_OOM_CONTROL "memory.oom_control"
#define KNOB_FILE_SWAPPINESS "memory.swappiness"
#define KNOB_FILE_STAT "memory.stat"
#define KNOB_FILE_KERNEL_USAGE "memory.kmem.usage_in_bytes"

/* Values found before this daemon changed anything. */
struct knob_values {
	uint64_t value[KNOB_COUNT]; /* KNOB_ABSENT where the kernel has no such file */
};

#define KNOB_ABSENT UINT64_MAX

/* memory.oom_control, read in one go. */
struct oom_level {
	bool kill_disabled;
	bool under_oom; /* a task sleeps here because of this group's limit or an ancestor's */
	uint64_t kills; /* of the kernel's killer, counted in the victim's own group only */
};

/* Which descriptor a knob is set through. */
enum group_file knob_file(enum knob knob);

/**
 * oom_level_read() - the truth about a group; the eventfd is only a hint
 *
 * Context: any; one pread, no lock, no allocation once the file was read before.
 * Errors:  -ENODEV when the group is gone, -EBADMSG when the text is not what a v1 kernel writes.
 */
int oom_level_read(int fd, struct oom_level *ret_level);

/**
 * knob_get() - the present value of a knob
 *
 * Errors:  as oom_level_read().
 */
int knob_get(enum knob knob, int fd, uint64_t *ret_value);

/**
 * knob_set() - write a knob once
 *
 * A write is not yet an effect (KERNEL.md K1, A11): the caller looks again after some time and repeats.
 * The kernel allocates a buffer for the text. Raising a limit takes the global memcg_max_mutex and does
 * not reclaim; lowering one below usage reclaims on the caller's thread: only where that may take long.
 *
 * Errors:  -ENODEV when the group is gone, else what the kernel says (-EBUSY, -EINVAL).
 */
int knob_set(enum knob knob, int fd, uint64_t value);

/* A plain number: usage, failcnt, a limit. Errors as oom_level_read(). */
int gauge_read(int fd, uint64_t *ret_value);

/* What v1 reports for a limit that was never set: PAGE_COUNTER_MAX pages, on any page size. */
static inline bool limit_is_unlimited(uint64_t limit)
{
	return limit >= (1ULL << 60);
}
