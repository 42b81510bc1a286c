/*
 * Descriptors on their way from the supervisor to the handler and the guardian: one SOCK_SEQPACKET
 * message with SCM_RIGHTS each. Nothing is ever answered here: receipt shows in the tables (board.held,
 * pulse.guardian_held).
 *
 * Each receiver gets open file descriptions of its own; two processes on one description would wait for
 * each other's writes inside the kernel (KERNEL.md K9). The directory alone is shared on purpose: its
 * flock must live as long as either of them.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "shared/knobs.h"

#define WIRE_PROCESSES_MAX 64 /* per message */
#define WIRE_FDS 128 /* the kernel allows 253 (SCM_MAX_FD) */
#define WIRE_ITERATORS_MAX 8 /* in the handler at a time */

enum wire_kind {
	WIRE_GROUP, /* to both: descriptors of a group, those of @files, in the order of enum group_file */
	WIRE_GROUP_MEMBERS, /* to the handler: GROUP_MEMBERS fresh one-shot descriptors */
	WIRE_GROUP_GONE, /* to both: close them */
	WIRE_GROUP_FREEZER, /* to both: freezer.state of the group, or without a descriptor: no longer */
	WIRE_PROCESSES, /* to the handler: a pidfd and an oom_score_adj descriptor for each */
	WIRE_PROCESSES_GONE, /* to the handler: close them */
	WIRE_PROGRAMS, /* to the handler: those of @files, in the order of enum roll_program */
	WIRE_ITERATORS, /* to the handler: fresh one-shot descriptors of a program that is shown all tasks */
	WIRE_KIND_COUNT,
};

struct wire_process {
	uint32_t index; /* in facts */
	uint32_t generation;
};

struct wire {
	uint32_t kind; /* enum wire_kind */
	uint32_t
		receiver_generation; /* handler_generation it is meant for; an older one is dropped */
	uint32_t slot;
	uint32_t generation; /* of the slot */
	uint32_t files; /* bit per enum group_file, or per enum roll_program */
	uint32_t process_count;
	struct wire_process process[WIRE_PROCESSES_MAX];
};

/**
 * wire_send() - send one message without waiting
 * @fds: borrowed; the receiver gets duplicates
 *
 * Errors:  -EAGAIN when the receiver is behind: keep it and try again later.
 */
int wire_send(int socket, const struct wire *wire, const int *fds, size_t count);

/**
 * wire_receive() - take one message without waiting
 * @fds: WIRE_FDS of them; the caller owns what arrives; all are close-on-exec
 *
 * Errors:  -EAGAIN when there is none; -EPROTO for a message that is not one of ours or was cut: its
 *          descriptors are closed again.
 */
int wire_receive(int socket, struct wire *ret_wire, int *ret_fds, size_t *ret_count);
