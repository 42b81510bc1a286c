/* See lookup.h. */
#include "handler/lookup.h"

#include <string.h>

void lookup_empty(struct lookup *lookup)
{
	lookup->count = 0;
	if (++lookup->round)
		return;
	/* Around once: places of the very first rounds would come to life again. */
	memset(lookup->place, 0, sizeof(lookup->place));
	lookup->round = 1;
}

/* Of @number, or the free place that would be. */
static uint32_t place_of(const struct lookup *lookup, uint64_t number)
{
	uint32_t at = (uint32_t)(number % LOOKUP_PLACES);

	while (lookup->place[at].round == lookup->round && lookup->place[at].number != number)
		at = (at + 1) % LOOKUP_PLACES;
	return at;
}

bool lookup_add(struct lookup *lookup, uint64_t number, uint32_t entry)
{
	struct lookup_place *place = &lookup->place[place_of(lookup, number)];

	if (place->round == lookup->round || lookup->count == LOOKUP_MOST)
		return false;
	*place = (struct lookup_place){ .number = number, .round = lookup->round, .entry = entry };
	lookup->count++;
	return true;
}

uint32_t lookup_find(const struct lookup *lookup, uint64_t number)
{
	const struct lookup_place *place = &lookup->place[place_of(lookup, number)];

	return place->round == lookup->round ? place->entry : LOOKUP_NOBODY;
}
