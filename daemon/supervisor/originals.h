/*
 * The values a group's knobs had before this daemon came, and the ways back to them that the supervisor
 * takes itself: an inherited 1 is set to 0, and an orphan (saved attribute, free lock) is repaired. The
 * supervisor never switches the kernel's killer off; that is the handler's alone.
 */
#pragma once

#include <stdbool.h>

#include "shared/saved.h"
#include "supervisor/tree.h"

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
 * originals_free_subtree() - set every inherited 1 below @top to 0
 * @mount: descriptor of the hierarchy's mount point
 *
 * A group that carries an attribute of its own was at 1 before us, or is somebody's managed group: it
 * is left alone. So is @top.
 *
 * Return:  number of groups that were at 1.
 */
unsigned int originals_free_subtree(int mount, struct node *top);

/**
 * originals_repair() - put an orphan right
 * @directory: of the group, with its flock taken
 *
 * A killer that was on is switched on again, looked at after 10, 100 and 1000 ms as long as somebody
 * sleeps, and so are the inherited ones below. A limit is put back where it reads as lent (saved_is_lent). Then
 * the attribute is dropped.
 *
 * Context: main loop; waits only for an orphan that is out of memory.
 * Errors:  -ENODEV when the group is gone; -EBUSY when a limit could not be lowered: all else is done.
 */
int originals_repair(int mount, int directory, struct node *node, const struct saved *saved);
