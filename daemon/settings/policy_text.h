/*
 * Steps of a policy, from and to text; the words of the other keys are in policy_names.h. What is printed
 * can be parsed again and means the same; the status page and the command line show it.
 */
#pragma once

#include <stddef.h>

#include "settings/policy_names.h"
#include "settings/problems.h"
#include "shared/policy.h"

#define POLICY_STEP_TEXT_SIZE 480 /* the longest: hook with a path of which every byte is escaped */

/**
 * policy_describe_step() - e.g. `raise-limit by=25% max=2G for=30s`
 *
 * Every argument is said, also a default one; max= is left out when it is 0 (twice the saved
 * limit).
 * Return:  @text, cut to @size.
 */
char *policy_describe_step(const struct policy_step *step, char *text, size_t size);

/* `kill`, `raise-limit`, ...; static text, `?` for a number of another version. */
const char *policy_describe_kind(uint32_t kind);

/**
 * policy_parse_step() - one Step= value
 * @site: every error of the line is noted here
 *
 * Errors:  -EINVAL with at least one error; @ret_step is then untouched.
 */
int policy_parse_step(const char *text, const struct problem_site *site,
		      struct policy_step *ret_step);

/* The step of @kind with nothing but defaults; @kind is one without required arguments. */
struct policy_step policy_default_step(enum step_kind kind);
