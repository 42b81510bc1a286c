/*
 * The groups on the status page: what is wanted of each (roster), what the handler says of it (board),
 * what is lent (ledger), and its limit and usage as the kernel says at this moment.
 */
#pragma once

#include <json-c/json.h>

#include "supervisor/status_page.h"

struct status_counts {
	uint64_t armed, held, refused;
	uint64_t of_policy[ROSTER_POLICIES]; /* groups that match it, by index in the set */
};

/* All known groups as an array; adds to @counts. The caller puts the array. */
struct json_object *status_groups_new(const struct status_input *input,
				      struct status_counts *counts);

/* The mode @file is run in, --dry-run considered. */
enum policy_mode status_mode(const struct status_input *input, const struct policy_file *file);

struct json_object *status_counts_new(const struct status_counts *counts,
				      const struct outcomes *outcomes);
