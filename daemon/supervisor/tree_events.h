/*
 * Where the tree learns that the hierarchy has changed, so that nobody else knows which way it was:
 *
 *     kernel    our program at the kernel's own events (bpf.h): all groups, nothing to set up
 *     watches   inotify on every group's directory (watch.h), where there is no such program
 *     none      it broke: the walk alone
 *
 * Either way news are a directory to be looked at again, and losing some costs time, never
 * correctness: the walk is the net below.
 *
 * Context: main loop only.
 */
#pragma once

#include "supervisor/announced.h"

enum tree_source {
	TREE_SOURCE_NONE,
	TREE_SOURCE_WATCHES,
	TREE_SOURCE_KERNEL,
};

/* Who hears of it. The same directory is named once a turn, after its last event. */
struct tree_listener {
	announced_look *look;
	void *context;
};

struct tree_events {
	struct tree *tree; /* borrowed for the program's life */
	struct tree_listener listener;
	enum tree_source source;
	int fd; /* to be polled for reading */
	uint32_t batch; /* number of the present round of looks */
	bool lost; /* look at everything now; cleared by the walk */
	uint64_t lost_count; /* that the kernel's side had counted when we last asked */
	uint32_t walks_owed; /* kernel: walks that must not be left out */
	int watch_error; /* negative errno of the first watch that could not be set, 0 */
	struct announced announced; /* kernel */
};

/**
 * tree_events_open() - listen, before the first walk: what is made during it is told afterwards
 *
 * Context: after bpf_load().
 * Errors:  those of watch_open().
 */
int tree_events_open(struct tree *tree, struct tree_listener listener,
		     struct tree_events *ret_events);

/* The walk has found @node and will read its children next. @mount: descriptor of the mount point. */
void tree_events_attend(struct tree_events *events, struct node *node, int mount);

/**
 * tree_events_take() - what is there, and what was to be looked at again by now
 *
 * Errors:  those of watch_read() and bpf_events_take(). The source is given up then.
 */
int tree_events_take(struct tree_events *events, struct nsec now);

/* Return: when to take even if nothing is there to be read; as announced_due(). */
struct nsec tree_events_due(const struct tree_events *events);

/* The hierarchy has been walked; @whole: to its end. */
void tree_events_walked(struct tree_events *events, bool whole);

/* Return: true when every change since the last walk is known or will be told. */
bool tree_events_are_complete(const struct tree_events *events);
