/*
 * The freezer of a group, for the steps that want it to stand still. To freeze is the one act of ours
 * that nobody survives without help: a frozen container is dead until somebody thaws it. So it is said
 * in the ledger first, then noted by the supervisor on the group itself, and only then done.
 *
 * Never waited for: that tasks are frozen. One that sleeps in an OOM stays on its way there (FREEZING)
 * until it is woken.
 */
#pragma once

#include "handler/handler.h"

/**
 * freezer_announce() - into the ledger: @episode's group will be frozen until @due
 *
 * Errors:  -EOPNOTSUPP without a freezer that holds this group alone, -EALREADY when it is frozen by
 *          somebody else: then it stays so, whatever we do. Else as knob_announce().
 */
int freezer_announce(struct handler *handler, struct episode *episode, struct nsec due);

/* Is the announcement noted where it outlives all of us? */
bool freezer_is_noted(const struct handler *handler, const struct episode *episode);

/**
 * freezer_close() - freeze, as it was announced
 *
 * Errors:  -EALREADY when somebody else has done it meanwhile, else as knob_turn(). Nothing is frozen by
 *          us then, and nothing announced. But where a failed freeze could not be undone either, it is
 *          -EBUSY from then on, until it can be.
 */
int freezer_close(struct handler *handler, struct episode *episode);

/**
 * freezer_open() - thaw what we froze, or forget what was only announced
 * @slot: with or without an episode; what the ledger does not call ours is left as it is
 *
 * Errors:  as knob_return(): it is still frozen, and still in the ledger.
 */
int freezer_open(struct handler *handler, uint32_t slot);

/* Is it no longer frozen by us? Somebody else has thawed it, or an ancestor ran out of memory. */
bool freezer_was_opened(const struct episode *episode);
