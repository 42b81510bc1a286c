/*
 * The saved attribute of a published group (shared/saved.h): when it goes on, what it says, when it goes
 * off. There are two reasons for it:
 *
 *     the group is to be armed             whoever comes after us finds the originals there
 *     the group has a 1 of its own below   without the attribute that 1 looks inherited from above,
 *     one that is armed, or was            and would be taken for ours to set to 0
 *
 * The second one holds for a descendant as for a managed group in a dry run, and as long as anything
 * above carries an attribute.
 */
#pragma once

#include "supervisor/publish.h"

/* Is @publication one that is to be armed? */
bool attribute_is_for_arming(const struct publication *publication);

/* Has the group a 1 of its own that it would lose without the attribute? */
bool attribute_guards_own(const struct publisher *publisher, const struct publication *publication);

/* Is the next publication of @node one that keeps the attribute if it needs it? */
bool attribute_has_heir(const struct node *node);

/**
 * attribute_find() - the originals of a group that is about to be published
 * @publication: its saved values, .own and .attribute are set
 * @directory:   of the group
 * @locked:      its flock is ours
 *
 * What an orphan was found with holds on: it was found so by one of us. An inherited 1 is set to 0.
 *
 * Errors:  -ENODEV when the group is gone, else of reading and writing its knobs and the attribute.
 */
int attribute_find(struct publisher *publisher, struct publication *publication, int directory,
		   bool locked);

/**
 * attribute_tend() - on or off, as the group's own 1 needs it
 *
 * Called with parents first and before any of them is armed. The lock comes and goes with it, lest the
 * group be taken for an orphan.
 *
 * Errors:  of opening, locking and writing; the next call tries again.
 */
int attribute_tend(struct publisher *publisher, struct publication *publication);

/* Errors: of opening and of removing it; that the group is gone is none. */
int attribute_take_off(struct publisher *publisher, struct publication *publication);

/* What a former supervisor has left of it. */
void attribute_recover(struct publisher *publisher, struct publication *publication);

/* As attribute_recover(), once all publications have been through that. */
void attribute_recover_own(struct publisher *publisher, struct publication *publication);
