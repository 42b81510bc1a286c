/*
 * The roster's slots: taking, writing and freeing them. Every write of a slot goes through here.
 *
 * Context: main loop only.
 */
#pragma once

#include "shared/inherit.h"

struct slots {
	const struct tables *tables; /* borrowed for the program's life */
	uint32_t supervisor_generation;
	uint32_t next_generation; /* of a slot */
	uint32_t limit; /* slots from here on are not used: RLIMIT_NOFILE */
};

/* Raises the soft RLIMIT_NOFILE to the hard one, and derives from it how many groups can be held. */
void slots_init(struct slots *slots, const struct tables *tables);

/**
 * slots_take() - a free slot for a group of @role
 *
 * Whoever lives in a managed group can make groups below it at will: half of the slots are out of reach
 * of descendants, so that they never crowd out a group that is to be managed.
 *
 * Errors:  -ENOSPC when there is none, -EMFILE when descriptors would not suffice.
 */
int slots_take(const struct slots *slots, enum roster_role role, uint32_t *ret_slot);

/* A generation no tenant of any slot ever had. */
uint32_t slots_new_generation(struct slots *slots);

/* The slot as this writer left it, also when it died in the middle of writing. */
struct roster_slot slots_get(const struct slots *slots, uint32_t slot);

/* Writes @source unless the slot is like that already; the loan noted in it stays. */
void slots_put(const struct slots *slots, uint32_t slot, const struct roster_slot *source);

/* Writes the group's path unless it is there already; a longer one than fits leaves it empty. */
void slots_put_path(const struct slots *slots, uint32_t slot, const char *path);

/* The slot may be taken again. */
void slots_free(const struct slots *slots, uint32_t slot);

/* Notes that @loan of the slot's present tenant has been taken back in full. */
void slots_note_returned(const struct slots *slots, uint32_t slot, uint32_t loan);
