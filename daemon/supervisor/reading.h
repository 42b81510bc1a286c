/*
 * One reading of the members of a group into the table of processes: the list, and a second one that
 * confirms those who were met for the first time (processes.h).
 */
#pragma once

#include "supervisor/groups.h"
#include "supervisor/processes.h"

/**
 * reading_take() - read the group in @place
 * @ret_missed: members that could not be read or found no room; set with an error as well
 *
 * Context: sampler thread; reads /proc and the group's lists.
 * Errors:  what groups_view_slot() and members_visit() say; who was met is forgotten, all others stay.
 */
int reading_take(struct processes *processes, struct groups *groups, struct processes_place place,
		 uint32_t *ret_missed);
