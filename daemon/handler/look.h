/*
 * A look at one group: an event, a timer or the sweep asks what its level means, and an episode begins
 * on the group whose limit it is.
 */
#pragma once

#include "handler/handler.h"

/* Look at @slot because slot.look says so. */
void look_at_slot(struct handler *handler, uint32_t slot);
