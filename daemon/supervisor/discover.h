/*
 * Where the memory hierarchy is mounted and which groups it has: the only user of libcgroup.
 *
 * libcgroup answers for any layout (v1, hybrid, other mount points) and walks with fts(3), which
 * survives groups that vanish meanwhile. Paths past PATH_MAX are beyond it: such groups stay unseen.
 */
#pragma once

struct discover {
	char *mount; /* mount point of the memory hierarchy, absolute, raw; owner: this struct */
	int directory; /* descriptor of the mount point, for openat(2) */
};

/* @path: below the hierarchy's root, "/" for the root itself; borrowed for the call. */
typedef void discover_visit(void *context, const char *path);

/**
 * discover_open() - find the v1 memory hierarchy
 * @ret_reason: why there is none, one line; a constant or libcgroup's own text
 *
 * Errors:  -ENODEV without a mounted v1 memory hierarchy, else the negative errno of open.
 */
int discover_open(struct discover *ret_discover, const char **ret_reason);

/**
 * discover_walk() - visit @base and every group below it, parents before children
 *
 * The children of a group are read after its visit returns: who begins to listen there in the visit
 * misses none of those made later. A group that cannot be read any more is left out, and the walk goes
 * on.
 *
 * Errors:  -ENAMETOOLONG for a @base past PATH_MAX, -EIO when libcgroup gives up.
 */
int discover_walk(const struct discover *discover, const char *base, discover_visit *visit,
		  void *context);

void discover_done(struct discover *discover);
