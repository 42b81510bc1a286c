/*
 * The originals of a group's knobs, kept on the group itself: an extended attribute of its directory,
 * written before the first knob and removed after the undo. It dies with the group, is not inherited by
 * children, is keyed by the inode, and survives every one of our processes and files; so `--hand-back`
 * and the next start can put things right with nothing else to go by.
 *
 * Beside the originals stands what is lent at present. A limit is only put back when it reads between
 * the two, where a take-back under way has left it: any other value is one that the operator has set
 * meanwhile, and stays.
 *
 * A freeze of ours is said in the same place: lent 1. What is thawed is in another hierarchy, at a path
 * that a second attribute holds while the freeze lasts. A group without that mark is never thawed: who
 * froze it wants it so.
 *
 * Together with the flock on the same directory it tells whose group this is: attribute and a free lock
 * is an orphan of ours; attribute and a taken lock is a living instance's.
 */
#pragma once

#include <limits.h>

#include "shared/knobs.h"

#define SAVED_ATTRIBUTE "trusted.oomhandlerd.saved"
#define SAVED_FREEZER_ATTRIBUTE "trusted.oomhandlerd.freezer"

struct saved {
	struct knob_values found;
	struct knob_values lent; /* KNOB_ABSENT: not lent */
};

/**
 * saved_store() - write or replace the originals
 * @directory: the group's directory
 *
 * Context: supervisor; needs CAP_SYS_ADMIN; may block (kernfs).
 * Errors:  the negative errno of fsetxattr.
 */
int saved_store(int directory, const struct saved *saved);

/**
 * saved_load() - the originals, if there are any
 *
 * Errors:  -ENODATA without the attribute, -EBADMSG when it is not of our making.
 */
int saved_load(int directory, struct saved *ret_saved);

/* Did we freeze the group, or were about to? */
static inline bool saved_is_frozen(const struct saved *saved)
{
	return saved->lent.value[KNOB_FREEZER] == 1;
}

/**
 * saved_store_freezer() - where the group is frozen; before saved_store() says that it is
 * @path: of its freezer group, below that hierarchy's root, "/a/b"; raw
 *
 * Errors:  as saved_store().
 */
int saved_store_freezer(int directory, const char *path);

/**
 * saved_load_freezer() - that path again
 *
 * Errors:  -ENODATA without the attribute, -EBADMSG for what is not a path below a root.
 */
int saved_load_freezer(int directory, char ret_path[static PATH_MAX]);

/* Removes that attribute alone; its absence is a success. */
int saved_drop_freezer(int directory);

/* Is @value of this limit ours to put back? */
static inline bool saved_is_lent(const struct saved *saved, enum knob knob, uint64_t value)
{
	uint64_t found = saved->found.value[knob], lent = saved->lent.value[knob];

	return found != KNOB_ABSENT && lent != KNOB_ABSENT && value > found && value <= lent;
}

/* Removes both attributes; their absence is a success. */
int saved_drop(int directory);
