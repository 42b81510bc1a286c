/*
 * The snapshot: every process of a group's subtree, with its size, in one array. Source `facts`: what
 * the supervisor's sampler published, completed by the membership the kernel reports at this moment
 * through descriptors nobody has read yet. A member without facts is listed, but nobody
 * knows what it is or how big.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"
#include "shared/outcome.h"

#define SNAPSHOT_CANDIDATES FACTS_PROCESSES
#define SNAPSHOT_UNKNOWN UINT32_MAX

struct candidate {
	uint32_t index; /* in facts; SNAPSHOT_UNKNOWN: a member without facts */
	uint32_t generation;
	uint32_t flags; /* enum fact_flag */
	bool seen; /* the kernel's own list of members names it */
	struct outcome_candidate who; /* its tier is set by policy_rank() */
};

struct snapshot {
	uint32_t count;
	uint32_t missed; /* processes known to be left out */
	struct nsec age; /* of the facts */
	struct candidate list[SNAPSHOT_CANDIDATES];
};

struct handler;

/* Ask the sampler for facts of @slot's subtree from now on. Never waits. */
void snapshot_request(struct handler *handler, uint32_t slot);

/* Has the answer to a request made at @since arrived? */
bool snapshot_is_fresh(const struct handler *handler, uint32_t slot, struct nsec since);

/**
 * snapshot_take() - fill handler->snapshot for @slot's subtree
 *
 * Context: loop; no system call for the facts; for the members one read of a fresh descriptor per group.
 */
void snapshot_take(struct handler *handler, uint32_t slot);
