/*
 * Policy files: which control groups, and what to do when one of them runs out of memory. Files
 * with the same name in a later folder mask those in an earlier one; a link to /dev/null disables;
 * the first match in the lexical order of the names wins. policy_file.c reads one, policy_set.c all
 * of them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "settings/problems.h"
#include "shared/policy.h"

struct policy_file {
	char *path; /* owner: the set */
	char **patterns; /* the Cgroup= lines, see glob.h; at least one */
	unsigned int *lines; /* line number of each pattern */
	size_t pattern_count;
	bool force; /* also groups that hold journald, dbus or a container runtime */
	struct policy policy;
};

struct policy_set {
	struct policy_file *files; /* in the order of precedence */
	size_t count;
};

/**
 * policy_file_load() - read one file strictly
 * @default_deadline: for a policy without Deadline=
 *
 * Errors:  -EINVAL with at least one error in @problems; @ret_file is then untouched.
 */
int policy_file_load(const char *path, struct nsec default_deadline, struct policy_file *ret_file,
		     struct problems *problems);

struct policy_folders {
	const char *const *list; /* borrowed; later ones mask earlier ones */
	size_t count;
	bool required; /* somebody named them, so each must exist; the default ones need not */
};

/**
 * policy_set_load() - all *.policy files of @folders
 *
 * A folder that need not exist and does not is none. A file whose name begins with a dot is none. All errors
 * of all files are listed.
 *
 * Errors:  -EINVAL, -E2BIG for more than ROSTER_POLICIES files, with at least one error in
 *          @problems; @ret_set is then untouched.
 */
int policy_set_load(const struct policy_folders *folders, struct nsec default_deadline,
		    struct policy_set *ret_set, struct problems *problems);

/**
 * policy_set_match() - the policy for the group at @path, NULL for none
 * @path: below the hierarchy's root, raw, begins with '/'
 *
 * Return:  borrowed from @set.
 */
const struct policy_file *policy_set_match(const struct policy_set *set, const char *path);

void policy_file_done(struct policy_file *file);
void policy_set_done(struct policy_set *set);
