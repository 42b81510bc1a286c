/*
 * The snapshot: every process of a group's subtree, with its size, in one array, whatever source it is
 * from. Sources are tried from the best one that is allowed and not known to fail; one that fails now
 * costs this snapshot nothing but the next one's answer.
 *
 *     snapshot_roll.c    sources `bpf` and `iter`: the kernel's own answer of this moment
 *     snapshot_facts.c   source `facts`: what the supervisor's sampler published, completed by the
 *                        membership the kernel reports now. A member without facts is listed, but
 *                        nobody knows what it is or how big
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"
#include "ranking/verdict.h"

#define SNAPSHOT_CANDIDATES FACTS_PROCESSES

struct episode;

struct snapshot {
	enum source source; /* that answered */
	enum source failed; /* the best of those that were tried before it, if there is an error */
	int error; /* of that one: a negative errno, 0: none failed */
	uint32_t count;
	uint32_t estimated; /* of these, FACT_ESTIMATED */
	uint32_t missed; /* processes known to be left out */
	const struct episode *kept; /* whose next decision takes it as it is; NULL: nobody's */
	bool complete; /* nobody is there, or has left, whom the kernel would show differently */
	uint64_t asked_boot_nsec; /* CLOCK_BOOTTIME before the sources were asked */
	struct nsec age; /* of the facts; of the kernel's own answer 0 */
	uint64_t unit_use[ROSTER_SLOTS]; /* Unit=group: of each child group, and what is left */
	struct candidate list[SNAPSHOT_CANDIDATES];
};

struct handler;

/* Ask the sampler for facts of @slot's subtree from now on, and its memory.stat. Never waits. */
void snapshot_request(struct handler *handler, uint32_t slot);

/* Has the answer to a request made at @since arrived, or is there a source that needs none? */
bool snapshot_is_fresh(const struct handler *handler, uint32_t slot, struct nsec since);

struct snapshot_question {
	uint32_t slot;
	uint32_t unit; /* enum policy_unit: POLICY_UNIT_GROUP asks what each child group uses */
	bool before; /* as it was a moment ago: only the facts tell that */
	const struct policy_rules *rules; /* borrowed */
};

/**
 * snapshot_take() - fill handler->snapshot for a slot's subtree, each process judged by the rules
 *
 * Context: loop; of the sources see roll_ask.h and snapshot_facts.h; for the units one pread per child
 *          group.
 */
void snapshot_take(struct handler *handler, const struct snapshot_question *question);
