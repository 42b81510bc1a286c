/*
 * Where a controller's v1 hierarchy is mounted, from /proc/self/mountinfo. Used by `--hand-back` alone: the
 * running guardian gets descriptors and knows no paths.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define MOUNTS_MAX 16

struct mount {
	char path[PATH_MAX]; /* raw */
	char root[PATH_MAX]; /* which part of the hierarchy is mounted there */
	char device[24]; /* major:minor: the hierarchy */
};

/**
 * mounts_parse_line() - one line of mountinfo
 *
 * Octal escapes in paths are resolved. Return: whether it is a v1 hierarchy with that controller.
 */
bool mounts_parse_line(const char *line, const char *controller, struct mount *ret_mount);

/**
 * mounts_find() - all of them, each part of a hierarchy once
 * @controller: `memory`, `freezer`
 * @mounts:     MOUNTS_MAX of them; more are ignored
 *
 * Errors:  the negative errno of reading the file.
 */
int mounts_find(const char *controller, struct mount *mounts, size_t *ret_count);
