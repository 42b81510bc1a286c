/*
 * The last act of a stop: the attribute comes off every group that is as it was found, and what could
 * not be undone is said. What keeps its attribute is repaired by `--hand-back` or the next start.
 */
#pragma once

#include "guardian/held.h"

/**
 * release_all() - after a fence with UNDO_RESTORE
 *
 * Says one line per group that could not be undone.
 * Return:  how many those were.
 */
uint32_t release_all(struct held *held, const struct tables *tables);
