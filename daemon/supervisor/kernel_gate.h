/*
 * The kernel gate: nothing is armed on a kernel whose tasks may sleep in a memory group's OOM with locks
 * held. Two proofs are asked for: the function that the decisive commit brought, by name, and its
 * behaviour, in a scratch group of 4 MiB with two children of our own. A version number proves nothing
 * (el7's 3.10 has the commit), so it is only held against a floor of what the rest of us needs.
 */
#pragma once

#include <stdbool.h>

#include "base/units.h"

#define KERNEL_GATE_COMMIT                                                                         \
	"3812c8c8f395 (\"mm: memcg: do not trap chargers with full callstack on OOM\", Linux "     \
	"3.12)"

enum kernel_gate_verdict {
	KERNEL_GATE_FIT,
	KERNEL_GATE_UNFIT, /* it was looked at, and it is not what we need */
	KERNEL_GATE_UNTESTED, /* the look itself failed: no room, no right, no descriptor */
};

struct kernel_gate {
	bool symbol; /* mem_cgroup_oom_synchronize: what the commit brought */
	bool old_symbol; /* mem_cgroup_handle_oom: what it removed */
	bool probed; /* the behavioural probe was run and passed */
	struct nsec took; /* the behavioural probe */
	char release[65]; /* of the kernel, as uname(2) says */
	char reason[512]; /* why not fit, one line for people; "" when it is */
};

/**
 * kernel_gate_check() - may groups of this kernel be armed?
 * @memory_mount:   mount point of the v1 memory hierarchy, NULL when there is none
 * @forced_failure: refuse without looking, and say so (tests of the refusal)
 *
 * Context: supervisor, before it has threads; forks; makes and removes a group of its own; takes some
 *          10 ms, and 2 s for each step a kernel gets stuck in.
 * Return:  the verdict; @ret_gate is filled in any case.
 */
enum kernel_gate_verdict kernel_gate_check(const char *memory_mount, bool forced_failure,
					   struct kernel_gate *ret_gate);
