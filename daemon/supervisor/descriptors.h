/*
 * The descriptors of one group on their way to one receiver. Every receiver gets open file descriptions
 * of its own (KERNEL.md K9), except the directory: that one is shared, because it carries the flock.
 */
#pragma once

#include "shared/knobs.h"
#include "shared/wire.h"

enum descriptors_use {
	DESCRIPTORS_GUARDIAN, /* a managed group, for handing back */
	DESCRIPTORS_MANAGED, /* for the handler */
	DESCRIPTORS_DESCENDANT, /* for the handler: only the killer is ever written */
	DESCRIPTORS_ANCESTOR, /* for the handler: read only, and nobody who lives there */
	DESCRIPTORS_MEMBERS, /* for the handler: fresh one-shots and nothing else */
	DESCRIPTORS_FREEZER, /* for either, of a directory in the freezer's hierarchy */
	DESCRIPTORS_USE_COUNT,
};

struct descriptors {
	int fd[GROUP_FILE_COUNT]; /* -1: not there */
	uint32_t files; /* bit per enum group_file */
};

/**
 * descriptors_open() - open and read once what @use asks for
 * @directory: of the group; the lock travels on it, it is not duplicated
 *
 * Reading a file for the first time allocates a buffer in the kernel; afterwards the handler's reads do
 * not. Membership is not read: those descriptors are good for one reading.
 *
 * Errors:  the negative errno of openat or of the first read; nothing is left open.
 */
int descriptors_open(int directory, enum descriptors_use use, struct descriptors *ret_descriptors);

/* Sends them in one message; @wire gets its files. Errors: as wire_send(). */
int descriptors_send(int socket, struct wire *wire, const struct descriptors *descriptors);

/* Closes all but the directory, which was borrowed. */
void descriptors_done(struct descriptors *descriptors);
