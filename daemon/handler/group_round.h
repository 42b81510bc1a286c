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
struct ranking;

struct round {
	uint32_t news; /* signalled, or opened to be */
	uint32_t signalled;
	uint32_t pending; /* still to be signalled */
	uint32_t left; /* who is there and not spared, the dying as long as they hold memory */
	bool complete; /* nobody else can be there */
	bool strangers; /* may be killed */
	bool by_order; /* can be sent */
	uint32_t first; /* pid of the first of the order, 0: there is none */
	bool first_signalled;
	enum kill_method method; /* ... in this way */
};

/**
 * round_run() - signal, and note it in @episode
 * @ranking: of a decision in this turn of the loop, after the latest round
 *
 * Context: loop; one run of a program, or a signal for each that has had none. One more run where nobody
 *          is listed and those who were signalled may be there still.
 */
struct round round_run(struct handler *handler, struct episode *episode,
		       const struct ranking *ranking);
