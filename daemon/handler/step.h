/*
 * The policy, step by step: which step's turn it is, whether it goes on, and what its verdict means for
 * the episode. The last step, kernel, is never left.
 */
#pragma once

#include "handler/handler.h"

/* One look in the phases STEP and, once facts have come, SNAPSHOT. */
void step_tick(struct handler *handler, struct episode *episode);

/* Ends the step with @result; the one after it begins at the next look. */
void step_next(struct handler *handler, struct episode *episode, enum outcome_step_result result);
