/*
 * What the main loop lets others see of its tree: the groups table for the threads and the status page,
 * and a line for every group that is newly refused.
 */
#pragma once

#include "supervisor/policies.h"
#include "supervisor/publish.h"

/* Writes the groups table anew, and reports refusals that are not yet known. */
void show_groups(struct publisher *publisher, const struct policy_set *set);
