/*
 * The policies in the roster: two banks, of which one is in use. A reload fills the other, then every
 * slot is pointed to it; so no reader ever sees a policy change under its index.
 */
#pragma once

#include <stdbool.h>

#include "settings/config.h"
#include "settings/policy_file.h"
#include "supervisor/slots.h"

struct policies {
	uint32_t bank; /* in use */
	uint32_t published; /* how often, as far as a version tells */
	bool dry_run; /* no policy enforces, whatever its Mode= says */
};

/* At start: the bank that our predecessor's slots refer to is in use, so that the other one is filled. */
void policies_init(struct policies *policies, const struct slots *slots, bool dry_run);

/**
 * policies_publish() - fill the bank that is not in use, and use it
 * @set: at most ROSTER_POLICIES of them
 *
 * Each gets its rules, with a version that no policy ever had in this place.
 *
 * The caller then points every slot to the new bank before it publishes again.
 */
void policies_publish(struct policies *policies, const struct slots *slots,
		      const struct policy_set *set);

/**
 * policies_publish_host() - what holds for all groups together
 * @memory: of the whole host; percentages are of it
 */
void policies_publish_host(struct roster *roster, const struct config *config, struct bytes memory);

/* Index in the roster of @file, which is one of the set published last. */
uint32_t policies_index(const struct policies *policies, const struct policy_set *set,
			const struct policy_file *file);

/* The mode @file is run in. */
enum policy_mode policies_mode(const struct policies *policies, const struct policy_file *file);
