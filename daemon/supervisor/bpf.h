/*
 * Our programs in the kernel: loading them part by part, so that a kernel that lacks one thing loses one
 * part and nothing else, and what the supervisor itself uses of them. The only user of libbpf; built with
 * BPF=0 there are no parts, and the reason says so.
 *
 * Context: bpf_load() once, before there are threads; then each part belongs to the thread that uses it:
 * sleepers and lifecycle to the sampler, the others to the main loop.
 */
#pragma once

#include <stdbool.h>

#include "shared/kernel_event.h"
#include "shared/roll.h"
#include "shared/sleepers.h"

enum bpf_part {
	BPF_PART_ROLL, /* source bpf: ROLL_CALL and ROLL_FIND */
	BPF_PART_SIGNAL, /* kill method bpf: ROLL_SIGNAL */
	BPF_PART_ITER, /* source iter */
	BPF_PART_SLEEPERS, /* who waits in an OOM, anywhere on the host */
	BPF_PART_LIFECYCLE, /* births, deaths, moves and new programs of processes */
	BPF_PART_TREE, /* groups made, removed, renamed */
	BPF_PART_COUNT,
};

struct bpf_wish {
	int roll; /* descriptor of the roll's map, borrowed; -1: they get one of their own */
	int hierarchy; /* number of the memory hierarchy, /proc/cgroups */
	bool parts[BPF_PART_COUNT]; /* the others are left out, as switched off */
	uint32_t tasks_most; /* tests: the roll is full with so many; 0: as many as fit */
	uint32_t
		counters_most; /* tests: so many counters are added up in one run; 0: as many as usual */
};

/* Loads and attaches what can be. What could not: bpf_why_not(). Once in a program's life. */
void bpf_load(const struct bpf_wish *wish);

/* NULL: the part is there. Else one line that says why not, for people. Any thread. */
const char *bpf_why_not(enum bpf_part part);

/* As options and status call it: "roll", "signal", ... */
const char *bpf_part_name(enum bpf_part part);

/* Return: a descriptor that stays ours, or -ENOENT. */
int bpf_program(enum roll_program program);

/**
 * bpf_iterator_open() - a fresh one-shot descriptor of source iter
 *
 * One read(2) to its end shows every task of the host to the program, which answers the roll's question.
 *
 * Return:  the descriptor, close-on-exec, the caller's; or a negative error of bpf(2).
 */
int bpf_iterator_open(void);

/**
 * bpf_sleepers_look() - look at every task of the host
 * @ret_sleepers: borrowed until the next look
 *
 * Errors:  -ENOENT without the part, the negative errno of the run, or what the program met.
 */
int bpf_sleepers_look(const struct sleepers **ret_sleepers);

/* To be polled for reading: of BPF_PART_LIFECYCLE or BPF_PART_TREE; -ENOENT without the part. */
int bpf_events_fd(enum bpf_part part);

/* @event: struct process_event or struct group_event. */
typedef void bpf_notify(void *context, const void *event);

/* Takes what is there, at most a ring full. Errors: those of libbpf. */
int bpf_events_take(enum bpf_part part, bpf_notify *notify, void *context);

/* Events that found no room so far. */
uint64_t bpf_events_lost(enum bpf_part part);

/* From now on the group's processes are told of, until it is dropped. Errors: -E2BIG, -ENOENT. */
int bpf_watch_group(uint64_t inode, uint32_t slot);
void bpf_drop_group(uint64_t inode);
/* The event has been seen: the next change is told again. To be called before looking at the group. */
void bpf_answer_group(uint64_t inode);
