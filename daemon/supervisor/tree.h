/*
 * Every control group of the memory hierarchy as the supervisor last saw it: the main loop's own
 * picture, by inode. A node holds what was seen (name, inode, watch) and what is intended (the plan);
 * what has been published of it stands in publish.h under the node's slot.
 *
 * Context: main loop only; threads look into groups.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/roster.h"

#define TREE_BUCKETS 4096 /* hosts have some hundred groups, at most some thousand */
#define TREE_REFUSAL_SIZE 160 /* as in struct group */

enum plan_role {
	PLAN_NONE, /* none of our business */
	PLAN_ANCESTOR,
	PLAN_DESCENDANT,
	PLAN_MANAGED,
};

/* What plan.c wants of a group. */
struct plan {
	enum plan_role role;
	bool matched; /* by a policy, whether or not the group is eligible */
	bool enforce; /* managed: to be armed; false in a dry run */
	bool below_managed;
	bool limitless; /* refused for want of a limit: one may appear at any time */
	bool unsure; /* could not be looked at: what it was before holds until it can */
	uint32_t policy; /* index into roster.policy, of matched groups */
	uint64_t
		inherited_from; /* inode of the group whose policy this is (Children=inherit), 0: its own */
	char refusal[TREE_REFUSAL_SIZE]; /* matched but not managed, and why; "" otherwise */
};

struct node {
	struct node *parent; /* NULL: the root */
	struct node *children;
	struct node *next; /* parent->children */
	struct node *inode_next; /* tree.by_inode */
	struct node *watch_next; /* tree.by_watch */
	char *name; /* raw: hostile; owner: this node */
	uint64_t inode;
	int watch; /* of tree_events.c; -1: none */
	uint32_t seen; /* number of the scan that saw it last */
	uint32_t batch; /* of tree_events.c: number of the round it was last looked at in */
	bool fresh; /* not yet planned */
	bool released; /* the operator wants it left alone; see override.h */
	bool slotless; /* a relative the roster had no room for; tried again with the next review */
	bool keeps_own; /* scratch of inherited.c: what is inherited from here is the operator's */
	uint32_t slot; /* ROSTER_NO_SLOT: not published */
	struct plan plan;
	char reported[TREE_REFUSAL_SIZE]; /* the last refusal that was told */
};

struct tree {
	struct node *root;
	struct node *by_inode[TREE_BUCKETS];
	struct node *by_watch[TREE_BUCKETS];
	/* Called before a node is freed, children first. */
	void (*removed)(void *context, struct node *node);
	void *context;
};

/* Adds a node below @parent, or the root for NULL. A failed allocation ends the program. */
struct node *tree_add(struct tree *tree, struct node *parent, const char *name, uint64_t inode);

/* Removes @node and everything below it. */
void tree_remove(struct tree *tree, struct node *node);

/* Gives @node another name: the group was renamed; v1 allows that below the same parent only. */
void tree_rename(struct node *node, const char *name);

/* Notes the watch of @node; -1 takes it away. */
void tree_set_watch(struct tree *tree, struct node *node, int watch);

struct node *tree_find_inode(const struct tree *tree, uint64_t inode);
struct node *tree_find_watch(const struct tree *tree, int watch);

/* The node at @path ("/a/b"), NULL for none. */
struct node *tree_find_path(const struct tree *tree, const char *path);

/* The one after @node in the walk over @top and all below it, parents first; NULL at the end. */
struct node *tree_next(const struct node *top, struct node *node);

/**
 * tree_path() - "/a/b", "/" for the root
 *
 * Return:  @path; cut at the front never: a path that does not fit gives "".
 */
char *tree_path(const struct node *node, char *path, size_t size);

/**
 * tree_open() - open the directory of @node, and make sure that it is that group
 * @mount: descriptor of the hierarchy's mount point
 * @flags: besides O_DIRECTORY and O_CLOEXEC
 *
 * Errors:  -ENOENT when the group is gone or another one has its name, else the negative errno of open.
 * Return:  a descriptor, owned by the caller.
 */
int tree_open(const struct node *node, int mount, int flags);
