/*
 * The supervisor's whole state and what its main loop does with it, turn by turn. supervisor.c has the
 * start and the loop; each part has a file of its own:
 *
 *     discover scan watch tree    which groups there are
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
	struct scan scan;
	struct groups groups;
	struct policies policies;
	struct planner planner;
	struct publisher publisher;
	struct service service;
	struct hooks hooks;
	struct bus bus;
	sd_event *event; /* the main loop */
	uint32_t batch; /* number of the present batch of events */
	uint32_t handler_generation; /* the last one that said it was ready */
	struct nsec next_rescan;
	bool lost_events; /* inotify overflowed: rescan now */
	bool page_failed; /* the status page could not be written, and that was told */
	bool watch_told; /* a watch could not be set, and that was told */
};

/* Brings publications, groups table and threads in line with the tree. */
void supervisor_settle(struct supervisor *supervisor, enum plan_scope scope);

/* Looks at the whole hierarchy again, asks for every group again, and settles. */
void supervisor_rescan(struct supervisor *supervisor);

/* Takes the events of inotify, and settles what they changed. Errors: as watch_read(). */
int supervisor_watch(struct supervisor *supervisor);

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
