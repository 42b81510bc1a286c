/*
 * The words of the policy language: a table per enumeration of shared/policy.h, indexed by it and ended
 * by NULL. The option tables read with them, whoever prints a policy or a record writes with them.
 */
#pragma once

#include <stdint.h>

extern const char *const policy_mode_names[];
extern const char *const policy_order_names[];
extern const char *const policy_unit_names[];
extern const char *const policy_alloc_failure_names[];
extern const char *const policy_last_resort_names[];
extern const char *const policy_children_names[];
extern const char *const policy_via_names[];
extern const char *const policy_list_names[]; /* enum rule_list: the keys of [Victim] */
extern const char *const policy_kind_names[]; /* enum rule_kind, without the colon */
extern const char *const policy_no_yes_names[];

/* Static text, `?` for a number of another version. */
const char *policy_describe_mode(uint32_t mode);
const char *policy_describe_order(uint32_t order);
const char *policy_describe_unit(uint32_t unit);
const char *policy_describe_alloc_failure(uint32_t alloc_failure);
const char *policy_describe_last_resort(uint32_t last_resort);
const char *policy_describe_children(uint32_t children);
const char *policy_describe_list(uint32_t list); /* `Prefer` */
