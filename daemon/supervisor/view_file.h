/*
 * A file of a group that the table of groups knows. The path in a view is a label: the group that has it
 * now may be another one, so the directory is opened first and asked who it is.
 */
#pragma once

#include "supervisor/groups.h"

/**
 * view_file_open() - open file @name of the group for reading
 *
 * Errors:  -ENOENT when the path is now another group's or there is no such file, else the negative errno
 *          of open and fstat.
 * Return:  a close-on-exec descriptor, owned by the caller.
 */
int view_file_open(const struct group_view *view, const char *name);
