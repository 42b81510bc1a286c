/*
 * Patterns for the names of control groups, as Cgroup= in a policy takes them.
 *
 * A pattern is components, each behind a slash. In a component `?` is one byte and `*` any number
 * of bytes, also none. A component `**` is any number of whole components: elsewhere also none, but
 * at the end at least one, so that `**` below a group is every descendant and not the group. `/`
 * alone is the hierarchy's root.
 *
 * Escapes are those of text_escape(), so that a name can be copied from the status page: \\ \n \t
 * \xNN; a backslash before any other printable character that is no letter or digit takes it
 * literally (`\*`, `\#`). `[` and `{` are ordinary. A pattern is matched against the raw path below
 * the root.
 */
#pragma once

#include <stdbool.h>

/**
 * glob_check() - whether @pattern can be used at all
 * @ret_reason: written only with an error; static text such as "a component ends in a backslash"
 *
 * Errors:  -EINVAL.
 */
int glob_check(const char *pattern, const char **ret_reason);

/**
 * glob_match() - whether @pattern, which passed glob_check(), names @path
 *
 * Context: any; no allocation, no recursion; time at most length of pattern times length of path.
 */
bool glob_match(const char *pattern, const char *path);
