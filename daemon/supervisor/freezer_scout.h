/*
 * The scout: a thread that looks again and again whether the groups it was asked for may be frozen, and
 * through which freezer group (freezer_group.h). Strangers may enter one at any time, and nobody is told.
 * It may be lost in a file of /proc; then its last answers hold, and nothing waits for it. A group in an
 * episode is left in peace.
 */
#pragma once

#include "shared/inherit.h"
#include "supervisor/freezer_group.h"
#include "supervisor/groups.h"

/* Borrowed for the program's life. */
struct freezer_scout_tables {
	const struct tables *tables;
	struct groups *groups;
};

/**
 * freezer_scout_ask() - keep an eye on the group in @slot
 *
 * The first one asked for starts the thread, so a host without managed groups has none. A group nobody
 * knows any more is forgotten.
 *
 * Context: main loop; waits for nothing.
 * Errors:  the negative errno of pthread_create.
 */
int freezer_scout_ask(struct freezer_scout_tables with, uint32_t slot, uint32_t generation);

/**
 * freezer_scout_answer() - what it has found
 * @ret_version: of the answer: another place has another one; never 0
 *
 * Return:  0 for a place, -EAGAIN before the first look, else why there is none.
 */
int freezer_scout_answer(uint32_t slot, uint32_t generation, uint32_t *ret_version);

/* The place itself. Return: as freezer_scout_answer(). */
int freezer_scout_place(uint32_t slot, uint32_t generation, struct freezer_place *ret_place);
