/*
 * The name of a group as an operator types it: below the hierarchy's root or with the mount point in
 * front, as it is or as the status page shows it.
 */
#pragma once

#include "supervisor/tree.h"

/**
 * group_name_find() - the group @name means
 * @mount: mount point of the hierarchy
 *
 * As the page shows it goes first: no group can be named so that it takes the place of another one there.
 *
 * Return:  NULL when there is none.
 */
struct node *group_name_find(const struct tree *tree, const char *mount, const char *name);
