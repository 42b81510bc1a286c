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
#include "ranking/verdict.h"

#define SNAPSHOT_CANDIDATES FACTS_PROCESSES

struct snapshot {
	uint32_t count;
	uint32_t missed; /* processes known to be left out */
	bool complete; /* nobody has joined or left since the facts that the kernel's lists would show */
	struct nsec age; /* of the facts */
	uint64_t unit_use[ROSTER_SLOTS]; /* Unit=group: of each child group, and what is left */
	struct candidate list[SNAPSHOT_CANDIDATES];
};

struct handler;

/* Ask the sampler for facts of @slot's subtree from now on. Never waits. */
void snapshot_request(struct handler *handler, uint32_t slot);

/* Has the answer to a request made at @since arrived? */
bool snapshot_is_fresh(const struct handler *handler, uint32_t slot, struct nsec since);

struct snapshot_question {
	uint32_t slot;
	uint32_t unit; /* enum policy_unit: POLICY_UNIT_GROUP asks what each child group uses */
	const struct policy_rules *rules; /* borrowed */
};

/**
 * snapshot_take() - fill handler->snapshot for a slot's subtree, each process judged by the rules
 *
 * Context: loop; no system call for the facts; for the members one read of a fresh descriptor per group;
 *          for the units one pread per child group.
 */
void snapshot_take(struct handler *handler, const struct snapshot_question *question);
