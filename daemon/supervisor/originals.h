/*
 * The values a group's knobs had before this daemon came, and the ways back to them that the supervisor
 * takes itself. It never switches the kernel's killer off; that is the handler's alone.
 */
#pragma once

#include <stdbool.h>

#include "shared/saved.h"
#include "supervisor/scan.h"

/**
 * originals_read() - the present values of all knobs of a group
 *
 * Errors:  the negative errno of openat or of reading; -ENODEV when the group is gone.
 */
int originals_read(int directory, struct knob_values *ret_values);

/**
 * originals_enable_killer() - write 0, whatever is there
 *
 * Errors:  as knob_set().
 */
int originals_enable_killer(int directory);

/**
 * originals_repair() - put an orphan right
 * @directory: of the group, with its flock taken
 *
 * A killer that was on is switched on again, what we froze is thawed; then it is looked at after 10, 100 and 1000 ms as long as somebody
 * sleeps, and so are the inherited ones below. A limit is put back where it reads as lent
 * (saved_is_lent). The attribute stays: the caller knows whether it is still needed.
 *
 * Context: main loop; waits only for an orphan that is out of memory.
 * Errors:  -ENODEV when the group is gone; -EBUSY when a limit could not be lowered: all else is done;
 *          of the thaw when that failed.
 */
int originals_repair(struct scan *scan, int directory, struct node *node,
		     const struct saved *saved);
