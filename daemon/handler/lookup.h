/*
 * From a number, a pid or an inode, to the entry of a table that bears it: scratch of one decision,
 * filled and asked in the same turn. A place is by the number, or behind that where it is taken: both are
 * mostly given in a row, so most stand where they belong. Emptying it is one step, however many were in it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define LOOKUP_MOST 8192
#define LOOKUP_PLACES (2 * LOOKUP_MOST) /* half of them are never taken: every search ends */
#define LOOKUP_NOBODY UINT32_MAX

struct lookup {
	uint32_t round; /* raised to empty it */
	uint32_t count;
	struct lookup_place {
		uint64_t number;
		uint32_t round; /* any other than that of the table: free */
		uint32_t entry;
	} place[LOOKUP_PLACES];
};

void lookup_empty(struct lookup *lookup);

/* Return: false, and nothing is changed, where the number is in it already, or the table is full. */
bool lookup_add(struct lookup *lookup, uint64_t number, uint32_t entry);

/* The entry of @number, or LOOKUP_NOBODY. */
uint32_t lookup_find(const struct lookup *lookup, uint64_t number);
