/*
 * What programs in the kernel tell the supervisor of, one after the other in a ring buffer each: births
 * and deaths of processes of watched groups, and of groups. An event is a hint that something is to be
 * looked at again; a full ring loses some and counts them.
 *
 * Included by bpf/ as well: see roll.h.
 */
#pragma once

#include <stdint.h>

enum process_event_kind {
	/* Processes came, went or moved; told once until the group's watch is cleared. */
	PROCESS_EVENT_GROUP,
	PROCESS_EVENT_EXEC, /* the process executes another program now */
	PROCESS_EVENT_MOVED, /* it was in another group before, nobody says in which */
};

struct process_event {
	uint32_t kind; /* enum process_event_kind */
	uint32_t pid; /* exec, moved: of the process */
	uint64_t inode; /* of its group */
};

#define GROUP_WATCHES 4096 /* groups whose processes are told of, each by its slot */

enum group_event_kind {
	GROUP_EVENT_MADE, /* it may not be in its parent's directory yet */
	GROUP_EVENT_REMOVED,
	GROUP_EVENT_RENAMED,
};

struct group_event {
	uint32_t kind; /* enum group_event_kind */
	uint32_t padding;
	uint64_t inode;
	uint64_t parent; /* inode */
};
