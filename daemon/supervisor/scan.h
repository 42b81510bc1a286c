/*
 * Keeps the tree like the hierarchy: a full scan at start and from time to time, one directory when
 * tree_events.h says that something happened there. Identity is the inode: a known inode under a new
 * name is a renamed group, a known name with a new inode is another group.
 */
#pragma once

#include "supervisor/discover.h"
#include "supervisor/tree.h"
#include "supervisor/tree_events.h"

struct scan {
	const struct discover *discover; /* borrowed for the scan's life */
	struct tree *tree; /* likewise */
	struct tree_events *events; /* likewise; told of every group that is found */
	uint32_t number; /* of the present scan */
	bool changed; /* the tree is not what it was; the caller clears it */
};

/**
 * scan_all() - walk the whole hierarchy once
 *
 * Errors:  as discover_walk(). What was seen is in the tree, and nothing is taken out of it that is
 *          not proven to be gone.
 */
int scan_all(struct scan *scan);

/* As scan_all(), of what is below @top; @top itself stays in the tree. */
int scan_below(struct scan *scan, struct node *top);

/* Compares the children of one group with its directory, and walks those that are new. */
void scan_directory(struct scan *scan, struct node *node);
