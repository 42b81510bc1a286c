/* Who gets an entry of a table of processes that is full. */
#pragma once

#include "supervisor/processes.h"

/**
 * process_room_find() - a free entry for @fact, a process met in @place
 *
 * A smaller process makes room for a larger one. But no group may fill more than half of the table at
 * the expense of others: where one does, its smallest process makes room for anybody else's, and among
 * its own it keeps to itself. Who has found no room speaks for all of its group and sampling that are not
 * larger.
 *
 * Context: whoever makes room leaves the facts at once; the handler has been told of it.
 * Return:  NULL when there is no room, or when the handler is behind with closing.
 */
struct process *process_room_find(struct processes *processes, struct processes_place place,
				  const struct fact *fact);
