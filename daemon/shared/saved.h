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
 * Together with the flock on the same directory it tells whose group this is: attribute and a free lock
 * is an orphan of ours; attribute and a taken lock is a living instance's.
 */
#pragma once

#include "shared/knobs.h"

#define SAVED_ATTRIBUTE "trusted.oomhandlerd.saved"

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

/* Is @value of this limit ours to put back? */
static inline bool saved_is_lent(const struct saved *saved, enum knob knob, uint64_t value)
{
	uint64_t found = saved->found.value[knob], lent = saved->lent.value[knob];

	return found != KNOB_ABSENT && lent != KNOB_ABSENT && value > found && value <= lent;
}

/* Removes the attribute; its absence is a success. */
int saved_drop(int directory);
