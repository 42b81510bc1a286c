/*
 * One round of the step that kills a whole group: a look who is there, and SIGKILL to everybody the policy
 * does not spare. What the kernel itself tells of is signalled by one run for all (orders.h); else, and
 * where that fails, by descriptor.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shared/source.h"

struct handler;
struct episode;

struct round {
	uint32_t news; /* signalled, or opened to be */
	uint32_t signalled;
	uint32_t pending; /* still to be signalled */
	uint32_t
		left; /* everybody who is there and not spared, the dying as long as they hold memory */
	bool complete; /* nobody else can be there */
	bool strangers; /* may be killed */
	bool by_order; /* can be sent */
	uint32_t first; /* pid of the first of the order, 0: there is none */
	bool first_signalled;
	enum kill_method method; /* ... in this way */
};

/**
 * round_run() - decide, signal, and note it in @episode
 *
 * Context: loop; one snapshot, then one run of a program, or a signal for each that has had none.
 */
struct round round_run(struct handler *handler, struct episode *episode);
