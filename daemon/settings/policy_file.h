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

#define POLICY_PATTERNS 256 /* of one file: each is held against every group of the host */

/* Who is in charge of the limits of child groups that no policy matches by itself. */
enum policy_children {
	POLICY_CHILDREN_KERNEL,
	POLICY_CHILDREN_INHERIT, /* this policy */
	POLICY_CHILDREN_COUNT,
};

struct policy_file {
	char *path; /* owner: the set */
	char **patterns; /* the Cgroup= lines, see glob.h; at least one */
	unsigned int *lines; /* line number of each pattern */
	size_t pattern_count;
	bool force; /* also groups that hold journald, dbus or a container runtime */
	uint32_t children; /* enum policy_children */
	struct policy policy; /* its version is the publisher's business */
	struct policy_rules rules;
};

/* A file that was found and is not in force. */
struct policy_hidden {
	char *path; /* owner: the set, as of all here */
	char *by; /* the file of the same name that masks it; NULL: it is a link to /dev/null itself */
	bool disabled; /* @by is a link to /dev/null */
};

struct policy_set {
	struct policy_file *files; /* in the order of precedence */
	size_t count;
	struct policy_hidden *hidden; /* for `check`: nothing of it is in force */
	size_t hidden_count;
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
