/*
 * Of what there is one for all groups, the step that kills a group takes it, and has it for as long as it
 * is at it. An episode can be closed or handed over in the middle of a step, and nobody tells.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"

struct handler;
struct episode;

/* An episode is known by its slot and its trigger. */
struct group_owner {
	bool taken;
	uint32_t slot;
	struct nsec trigger;
};

bool group_owner_is(const struct group_owner *owner, const struct episode *episode);

/**
 * group_owner_change() - to @episode, from one that is no longer in the middle of such a step
 *
 * Return:  whether it has changed: then what is left of the one before has to go.
 */
bool group_owner_change(const struct handler *handler, const struct episode *episode,
			struct group_owner *owner);
