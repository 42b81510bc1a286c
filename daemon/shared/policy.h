/*
 * A policy as the handler sees it: plain data of fixed size, compiled by settings/policy_file.c from a
 * *.policy file. Matching against control group names is done before it gets here.
 *
 * Owner: the supervisor, in the roster; an episode works on its own copy.
 */
#pragma once

#include <stdint.h>

#include "base/units.h"

#define POLICY_NAME_SIZE 64
#define POLICY_STEPS 12

enum policy_mode {
	POLICY_ENFORCE,
	POLICY_DRY_RUN, /* never arms; says what it would have done beside what the kernel did */
	POLICY_IGNORE,
	POLICY_MODE_COUNT,
};

enum step_kind {
	STEP_KILL,
	STEP_RAISE_LIMIT,
	STEP_KERNEL,
	STEP_KIND_COUNT,
};

/* Bytes, or a percentage of the limit found before the first loan. */
struct amount {
	uint64_t value;
	uint32_t percent; /* 1: @value is a percentage */
	uint32_t padding;
};

struct policy_step {
	uint32_t kind; /* enum step_kind */
	uint32_t padding;
	struct amount by; /* raise-limit: one loan */
	struct amount
		max; /* raise-limit: the limit is never raised above this; 0: twice the saved limit */
	struct nsec hold_for; /* raise-limit: taken back after this time */
	struct nsec timeout; /* kill: the next candidate after this time */
};

struct policy {
	char name[POLICY_NAME_SIZE]; /* the file's name without .policy, escaped */
	uint32_t mode; /* enum policy_mode */
	uint32_t step_count; /* the last step is always STEP_KERNEL: the parser appends it */
	struct policy_step step[POLICY_STEPS];
	struct nsec deadline; /* of a whole episode */
};

_Static_assert(sizeof(struct policy) % 8 == 0, "copied in words by sequence_load()");
