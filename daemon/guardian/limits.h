/*
 * Putting a raised limit back. It may reclaim, and so take seconds: only where that hurts nobody. Only a
 * limit that still reads as we left it is touched: what the operator changed meanwhile stays.
 */
#pragma once

#include "guardian/held.h"

/**
 * limits_set() - write a limit, repeat while the kernel is still reclaiming, confirm by reading
 *
 * Errors:  -EBUSY while more is in use than @value, else what the kernel says. A group that is gone is
 *          no error.
 */
int limits_set(enum knob knob, int fd, uint64_t value);

/**
 * limits_settle() - put the limits of one group back
 * @saved: what they were lent to and found at
 *
 * Errors:  as limits_set(). A limit that reads otherwise than lent is no error.
 */
int limits_settle(const struct held_group *group, const struct saved *saved);
