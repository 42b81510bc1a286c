/*
 * Publishing: turns the plan into roster slots and messages with descriptors, and takes both back. Every
 * slot has a publication that remembers what has been done; each pass does the next step of each and
 * waits for nothing, since the answers of guardian and handler are table entries (shared/wire.h):
 *
 *     begin    lock, originals, slot             publication.c
 *     serve    guardian has it - attribute - handler has it - event - ARMED    serve.c
 *     release  HELD - loans back - children free - attribute gone - GONE       release.c
 *
 * What the saved attribute is for, and when it comes and goes, stands in attribute.h. How an armed group
 * comes to a freezer, and when it may be frozen, stands in freezer.h.
 *
 * The order of serve is what makes each crash harmless: nothing is changed before somebody else can
 * undo it, and nobody is told to arm what would not be noticed.
 */
#pragma once

#include "shared/saved.h"
#include "supervisor/freezer_group.h"
#include "supervisor/groups.h"
#include "supervisor/scan.h"
#include "supervisor/slots.h"

enum publication_phase {
	PUBLICATION_SERVE,
	PUBLICATION_RELEASE,
	PUBLICATION_PARKED, /* released, but something stays: an eventfd registered, or the attribute */
};

/* A message to one receiver. */
struct delivery {
	struct nsec sent; /* 0: not yet */
	uint32_t receiver; /* generation of the receiver it was sent to */
	bool gone_sent; /* so was the message that takes it back */
};

/* What the receivers have for freezing the group, see freezer.h. */
struct freezer {
	struct freezer_place *place; /* NULL: nothing was offered; owner: this struct */
	uint32_t version; /* of the scout's answer that named it */
	uint32_t receiver; /* generation of the handler it was sent to, 0: not yet */
	bool unsure; /* a former supervisor may have sent them one */
};

struct publication {
	uint32_t slot;
	uint32_t generation; /* 0: the slot is free */
	struct node *node; /* NULL: the group is gone */
	uint64_t inode;
	enum roster_role role;
	enum roster_want want;
	enum publication_phase phase;
	bool enforce;
	bool attribute; /* the saved attribute is on the group */
	bool restored; /* release: as it was found, and that was told */
	bool own; /* the 1 it was found with is its operator's, not inherited */
	bool registered;
	bool reported; /* that it is armed */
	int lock; /* directory with the flock, the same open file that the receivers have; -1 */
	int trouble; /* negative errno of the last step that failed, 0 */
	struct saved saved;
	struct delivery guardian;
	struct delivery handler;
	uint64_t release_beat; /* pulse.handler_beat when the release began */
	struct nsec children_freed; /* first look of the release below the group; 0: not yet */
	struct freezer freezer;
	uint32_t members_answered; /* board.members_read up to which the pool was filled again */
};

struct publisher {
	const struct tables *tables; /* borrowed for the program's life, as all of these */
	struct groups *groups;
	struct scan *scan;
	struct tree *tree; /* the scan's */
	int mount; /* descriptor of the hierarchy's mount point */
	struct slots slots;
	uint32_t used; /* publications from here on are free */
	struct publication list[ROSTER_SLOTS]; /* by slot */
};

void publish_init(struct publisher *publisher, const struct tables *tables, struct groups *groups,
		  struct scan *scan);

/**
 * publish_recover() - take over what a former supervisor has published
 *
 * Context: after the first scan. Slots of groups that are gone are released.
 */
void publish_recover(struct publisher *publisher);

/**
 * publish_sync() - begin, change and release what the plan asks for
 *
 * Return:  true when groups had to be refused: the plan is to be made again.
 */
bool publish_sync(struct publisher *publisher);

/* Does the next step of every publication. */
void publish_advance(struct publisher *publisher);

/**
 * publish_refresh() - keep the saved attributes true
 * @limits: look also for limits that somebody else changed, which costs some system calls per group;
 *          loans are seen in the ledger alone
 */
void publish_refresh(struct publisher *publisher, bool limits);

/**
 * publish_abandon() - the guardian is dead: let go of all locks, then free what inherited
 *
 * The locks first: they tell `--hand-back` and the next instance that nobody is at work here any more.
 */
void publish_abandon(struct publisher *publisher);

/* The group of @node is gone. */
void publish_forget(struct publisher *publisher, struct node *node);

/* The publication of @node, NULL for none. */
struct publication *publish_find(struct publisher *publisher, const struct node *node);

/* The nearest group above @node that is published in order to be armed, NULL for none. */
const struct publication *publish_armed_above(const struct publisher *publisher,
					      const struct node *node);

/* The nearest group above @node that carries our attribute, released or not; NULL for none. */
const struct publication *publish_saved_above(const struct publisher *publisher,
					      const struct node *node);
