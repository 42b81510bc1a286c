/*
 * Kill budgets: at most so many kills in a span, of a group by its policy and of the whole host by the
 * configuration. A group that keeps running out would otherwise be emptied one process after the other;
 * beyond its budget it is the kernel's, which says so in its own log.
 *
 * Times of kills stand in rings as long as the largest budget, so what counts is how long ago the
 * budget's first kill was.
 */
#pragma once

#include <stdbool.h>

#include "base/units.h"
#include "shared/policy.h"

#define BUDGET_HOST_MAX 256

struct budget_group {
	uint32_t next; /* where the next kill is noted */
	struct nsec at[POLICY_BUDGET_MAX]; /* 0: none yet */
};

struct budget_host {
	uint32_t next;
	struct nsec at[BUDGET_HOST_MAX];
};

struct budget_times {
	const struct nsec *at; /* borrowed */
	uint32_t size;
	uint32_t next;
};

/**
 * budget_again() - from when on @budget allows another kill
 *
 * Return:  0 when it does now, or has no bound.
 */
struct nsec budget_again(const struct kill_budget *budget, const struct budget_times *times,
			 struct nsec now);

struct handler;
struct episode;

/**
 * budget_take() - count one act of killing against the budgets of @episode's group and of the host
 *
 * Return:  false when one of them is used up; then nothing is counted, episode->budget_again says until
 *          when, and the step ends with ACTION_OVER_BUDGET.
 */
bool budget_take(struct handler *handler, struct episode *episode);
