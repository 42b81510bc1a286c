/*
 * Calm after an act: it counts when it lasts. Tasks that fall asleep again go on where the policy was,
 * at the same step and with the same deadline.
 */
#pragma once

#include "handler/handler.h"

/* Nobody sleeps any more: to SETTLE. */
void settle_begin(struct handler *handler, struct episode *episode);

/* One look in the phase SETTLE. */
void settle_tick(struct handler *handler, struct episode *episode);

/* Has the victim that is waited for exited? Its end belongs to the record even when the level fell first. */
void settle_victim(struct handler *handler, struct episode *episode);
