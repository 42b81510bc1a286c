/*
 * Thawing what we froze: the other half of every hand-back, in the same turn as the write to the switch.
 * Whoever is woken in a frozen group goes to the refrigerator with all its memory, and there no killer
 * reaches it (KERNEL.md K16).
 *
 * Ours is what the ledger says, or the attribute where there is no ledger. A group that was frozen
 * before us is in neither, since the handler does not freeze it a second time; it stays as its operator
 * wants it. One that he froze while ours was on cannot be told apart: freezer.state holds one bit for
 * both of us, and it is thawed.
 */
#pragma once

#include "guardian/held.h"

/**
 * thaw_group() - thaw the group if it is frozen by us and still reads so
 *
 * One that reads frozen because of a group above it is written to at each call, which changes nothing
 * for those above.
 *
 * Context: any; one read, one write; takes the kernel's freezer_mutex.
 * Errors:  -ENXIO when its freezer is out of our reach, else as knob_set(). A freezer that is gone is
 *          none.
 */
int thaw_group(const struct held_group *group);
