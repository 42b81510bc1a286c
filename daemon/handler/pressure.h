/*
 * Is what an episode was begun for still so, and is it still ours to end? Asked anew at every look,
 * whatever the phase.
 */
#pragma once

#include "handler/handler.h"

struct gauges;

/**
 * pressure_is_on() - do tasks sleep, or charges still fail?
 *
 * Where nobody sleeps, charges that were refused within the last second at a usage near the limit stand
 * for the sleeper.
 */
bool pressure_is_on(const struct handler *handler, struct episode *episode,
		    const struct gauges *gauges);

/* An act was made: charges that were refused before it say nothing of the time after. */
void pressure_forget(struct episode *episode);

/* So near to a limit that a charge may fail: within 1 MiB or a 64th of it, whichever is more. */
bool pressure_is_near(const struct gauges *gauges);

/**
 * pressure_overtaken() - did something change under the episode that comes before its next look?
 * @ret_gauges: the present numbers, when not
 *
 * The group is gone, somebody else wrote 0, or its tasks sleep for an ancestor that has run out as well.
 *
 * Return:  true when the episode was closed or put off; there is nothing to do for the caller.
 */
bool pressure_overtaken(struct handler *handler, struct episode *episode,
			struct gauges *ret_gauges);
