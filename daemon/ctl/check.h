/*
 * What `oomhandlerctl check` found, shared by the files that find it out (check.c, check_match.c) and the
 * ones that print it (check.c, check_json.c).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "settings/policy_file.h"
#include "settings/problems.h"

/* Names of groups, raw. */
struct check_names {
	char **list; /* owner: this struct */
	size_t count;
};

struct check_pattern {
	struct check_names groups; /* that it fits, whoever has them */
	uint64_t own; /* of them, those whose policy this is */
	const struct policy_file *by; /* another one that has one of them, or NULL */
	bool others; /* not the only one */
};

/* Groups below one that a policy has, without a policy of their own. */
enum check_child {
	CHECK_CHILD_TAKEN_IN, /* Children=inherit, and a limit of its own */
	CHECK_CHILD_LIMITLESS, /* Children=inherit: there is no limit to take charge of */
	CHECK_CHILD_KERNEL, /* Children=kernel: its limit is the kernel's */
	CHECK_CHILD_COUNT,
};

/* What one policy of the set does now. */
struct check_policy {
	struct check_pattern *patterns; /* in the order of the file; owner: this struct */
	uint64_t groups; /* whose policy it is */
	struct check_names children[CHECK_CHILD_COUNT];
};

struct check {
	struct problems problems; /* owner: this struct, as all below */
	struct policy_set set;
	struct check_policy *policies; /* one per policy of the set */
	bool counted; /* the hierarchy could be walked */
};

/**
 * check_match() - hold the set against the groups that exist now
 *
 * Adds a warning for each pattern and file that has nothing, or nothing that an earlier one left it, and
 * for each file that is not in force.
 */
void check_match(struct check *check);

void check_match_done(struct check *check);

/* Everything, as JSON, to stdout. */
void check_print_json(const struct check *check);
