/*
 * A child made below an armed group comes into the world with its parent's 1, and nobody serves it. What
 * was inherited is set to 0, and so is what was inherited from that.
 */
#pragma once

#include "supervisor/scan.h"

/**
 * inherited_free() - set every inherited 1 below @top to 0, as many levels down as there are
 *
 * Looks at the hierarchy, not at the tree, and again until a look finds nothing. @top itself is left
 * alone, and so is a group that carries an attribute: it was at 1 before us, or is a managed group. What
 * inherited from a group that was found at 1 keeps its 1: that is what its operator wished for.
 *
 * A child that is just being made shows late: whoever needs to be sure calls it again a second later.
 *
 * Context: main loop; changes the tree below @top like scan_below().
 * Errors:  as scan_below() and of opening a group that is there: something may have been left out.
 */
int inherited_free(struct scan *scan, struct node *top);
