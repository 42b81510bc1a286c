/*
 * What the sampler knows of the groups: its own copy of the roster, and how fresh what it read of each is.
 * What is known about a subtree is as old as the oldest of its groups; the ages are folded up the tree and
 * published in one place.
 *
 * Context: sampler thread.
 */
#pragma once

#include <stdbool.h>

#include "base/units.h"
#include "shared/inherit.h"

struct sampled_tenant {
	struct roster_slot roster; /* last consistent copy; generation 0: nobody */
	bool armed; /* has been, as far as we have seen */
};

struct sampled_slot {
	struct sampled_tenant now;
	struct sampled_tenant former; /* the last one before */
	uint64_t own_nsec; /* start of the last sampling of its own members */
	uint32_t own_missed;
	uint32_t generation; /* of the slot, own_nsec and own_missed are about */
	/* scratch of sampled_publish() */
	uint64_t tree_nsec;
	uint32_t tree_missed;
};

struct sampled {
	const struct tables *tables; /* borrowed for the program's life */
	uint32_t used; /* slots from here on are free */
	struct sampled_slot slots[ROSTER_SLOTS];
};

void sampled_init(struct sampled *sampled, const struct tables *tables);

/* Looks at the roster and the board again. */
void sampled_copy(struct sampled *sampled);

/* The group's own members are to be read. */
bool sampled_has_members(const struct sampled *sampled, uint32_t slot);

/* The slot is @top, or below it. */
bool sampled_is_below(const struct sampled *sampled, uint32_t slot, uint32_t top);

/* The group in @slot, or one above it, is running out of memory, says the handler. */
bool sampled_in_episode(const struct sampled *sampled, uint32_t slot);

/* The tenant of @slot with @generation, also when it has just been replaced; NULL: not known any more. */
const struct sampled_tenant *sampled_tenant_of(const struct sampled *sampled, uint32_t slot,
					       uint32_t generation);

/* The one above @tenant, also when it has just left; NULL for none. */
const struct sampled_tenant *sampled_above(const struct sampled *sampled,
					   const struct sampled_tenant *tenant);

/* The managed one whose policy @tenant is under: itself or above; NULL for none. */
const struct sampled_tenant *sampled_managed(const struct sampled *sampled,
					     const struct sampled_tenant *tenant);

/* The managed group with @inode is armed, and neither it nor one above is running out of memory. */
bool sampled_at_ease(const struct sampled *sampled, uint64_t inode);

/* Any group has been armed, as far as we have seen. */
bool sampled_any_armed(const struct sampled *sampled);

/* The handler wants facts of the subtree that are newer than what it has. */
bool sampled_is_wanted(const struct sampled *sampled, uint32_t slot);

/* Its members were read, beginning at @start; @missed of them could not be. */
void sampled_note(struct sampled *sampled, uint32_t slot, struct nsec start, uint32_t missed);

/* Writes the age of every subtree into the facts. */
void sampled_publish(struct sampled *sampled);
