/*
 * The supervisor's whole state and what its main loop does with it, turn by turn. supervisor.c has the
 * start and the loop; each part has a file of its own:
 *
 *     discover scan tree news     which groups there are
 *     eligible plan policies      which of them we want, and how
 *     publish                     the roster and the descriptors, to handler and guardian
 *     sampler report lender       threads
 *     hooks                       other people's programs that a policy asks
 *     show status_page service    what others see of us
 *     bus explain override        what they may ask, and ask for
 *
 * Context: main loop only.
 */
#pragma once

#include <stdbool.h>

#include "supervisor/bus.h"
#include "supervisor/groups.h"
#include "supervisor/hooks.h"
#include "supervisor/plan.h"
#include "supervisor/publish.h"
#include "supervisor/scan.h"
#include "supervisor/service.h"
#include "supervisor/setup.h"

struct supervisor {
	struct command_line line;
	struct setup setup;
	struct problems problems; /* of the last load */
	bool last_reload_ok;
	struct tables tables;
	struct discover discover;
	struct tree tree;
	struct tree_events events;
	struct scan scan;
	struct groups groups;
	struct policies policies;
	struct planner planner;
	struct publisher publisher;
	struct service service;
	struct hooks hooks;
	struct bus bus;
	sd_event *event; /* the main loop */
	uint32_t handler_generation; /* the last one that said it was ready */
	sd_event_source *again; /* for what the tree is to be looked at again; owner: the loop */
	struct nsec next_review;
	struct nsec next_walk; /* 0: with the next review */
	bool page_failed; /* the status page could not be written, and that was told */
	bool watch_told; /* a watch could not be set, and that was told */
};

/* Brings publications, groups table and threads in line with the tree. */
void supervisor_settle(struct supervisor *supervisor, enum plan_scope scope);

/**
 * supervisor_review() - look for what changes without an event
 *
 * Limits others set, processes that move, and, as far as events may be missing, groups. Asks for every
 * group again, and settles.
 */
void supervisor_review(struct supervisor *supervisor);

/* ... and walks the whole hierarchy in any case. */
void supervisor_rescan(struct supervisor *supervisor);

/* Begins to listen for groups that come and go. Errors: as tree_events_open(). */
int supervisor_listen(struct supervisor *supervisor);

/* Lets the loop take what is heard, and settle what it changed. Errors: those of sd-event. */
int supervisor_add_news(struct supervisor *supervisor, sd_event *event);

/* Answers of handler, guardian and lender stand in their tables: goes on from there. */
void supervisor_follow(struct supervisor *supervisor);

/* Loads the configuration anew; with any error in it the old one stays, and status says so. */
void supervisor_reload(struct supervisor *supervisor);

/* Policies, their rules and the host's bounds, from the configuration in force into the roster. */
void supervisor_publish_policies(struct supervisor *supervisor);

void supervisor_write_page(struct supervisor *supervisor);

/**
 * supervisor_abandon() - the guardian is dead
 *
 * The handler disarms what it holds; the children it never got are set free here.
 */
void supervisor_abandon(struct supervisor *supervisor);
