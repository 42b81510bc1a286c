/* See policy_names.h. */
#include "settings/policy_names.h"

#include "settings/policy_file.h"
#include "shared/policy.h"

const char *const policy_mode_names[] = {
	[POLICY_ENFORCE] = "enforce",
	[POLICY_DRY_RUN] = "dry-run",
	[POLICY_IGNORE] = "ignore",
	[POLICY_MODE_COUNT] = NULL,
};

const char *const policy_order_names[] = {
	[POLICY_ORDER_MEMORY] = "memory", [POLICY_ORDER_NEWEST] = "newest",
	[POLICY_ORDER_OLDEST] = "oldest", [POLICY_ORDER_OOM_SCORE] = "oom-score",
	[POLICY_ORDER_COUNT] = NULL,
};

const char *const policy_unit_names[] = {
	[POLICY_UNIT_PROCESS] = "process",
	[POLICY_UNIT_GROUP] = "group",
	[POLICY_UNIT_COUNT] = NULL,
};

const char *const policy_alloc_failure_names[] = {
	[POLICY_ALLOC_FAILURE_REPORT] = "report",
	[POLICY_ALLOC_FAILURE_STEPS] = "steps",
	[POLICY_ALLOC_FAILURE_COUNT] = NULL,
};

const char *const policy_last_resort_names[] = {
	[POLICY_LAST_RESORT_ALARM] = "alarm",
	[POLICY_LAST_RESORT_KILL] = "kill",
	[POLICY_LAST_RESORT_COUNT] = NULL,
};

const char *const policy_children_names[] = {
	[POLICY_CHILDREN_KERNEL] = "kernel",
	[POLICY_CHILDREN_INHERIT] = "inherit",
	[POLICY_CHILDREN_COUNT] = NULL,
};

const char *const policy_via_names[] = {
	[STEP_VIA_SIGNAL] = "signal",
	[STEP_VIA_KERNEL] = "kernel",
	[STEP_VIA_COUNT] = NULL,
};

const char *const policy_list_names[] = {
	[RULE_PREFER] = "Prefer", [RULE_AVOID] = "Avoid",   [RULE_PROTECT] = "Protect",
	[RULE_SHIM] = "Shims",	  [RULE_LIST_COUNT] = NULL,
};

const char *const policy_kind_names[] = {
	[RULE_COMM] = "comm",	  [RULE_EXE] = "exe", [RULE_CMDLINE] = "cmdline",
	[RULE_CGROUP] = "cgroup", [RULE_UID] = "uid", [RULE_ADJ] = "oom-score-adj",
	[RULE_KIND_COUNT] = NULL,
};

const char *const policy_no_yes_names[] = { "no", "yes", NULL };

static const char *describe(const char *const *names, uint32_t count, uint32_t value)
{
	return value < count ? names[value] : "?";
}

const char *policy_describe_mode(uint32_t mode)
{
	return describe(policy_mode_names, POLICY_MODE_COUNT, mode);
}

const char *policy_describe_order(uint32_t order)
{
	return describe(policy_order_names, POLICY_ORDER_COUNT, order);
}

const char *policy_describe_unit(uint32_t unit)
{
	return describe(policy_unit_names, POLICY_UNIT_COUNT, unit);
}

const char *policy_describe_alloc_failure(uint32_t alloc_failure)
{
	return describe(policy_alloc_failure_names, POLICY_ALLOC_FAILURE_COUNT, alloc_failure);
}

const char *policy_describe_last_resort(uint32_t last_resort)
{
	return describe(policy_last_resort_names, POLICY_LAST_RESORT_COUNT, last_resort);
}

const char *policy_describe_children(uint32_t children)
{
	return describe(policy_children_names, POLICY_CHILDREN_COUNT, children);
}

const char *policy_describe_list(uint32_t list)
{
	return describe(policy_list_names, RULE_LIST_COUNT, list);
}
