/* See outcome_words.h. */
#include "supervisor/outcome_words.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "shared/outcome.h"

#define NAME_OF(names, number)                                                                     \
	((number) < sizeof(names) / sizeof((names)[0]) ? (names)[number] : "unknown")
#define NAME_EACH(names, count)                                                                    \
	static_assert(sizeof(names) / sizeof((names)[0]) == (count), "a word each")

const char *outcome_kind_name(uint32_t kind)
{
	static const char *const names[] = {
		[OUTCOME_RESOLVED] = "resolved",       [OUTCOME_PASSED] = "passed",
		[OUTCOME_HANDED_BACK] = "handed-back", [OUTCOME_UNRESOLVED] = "unresolved",
		[OUTCOME_GROUP_GONE] = "group-gone",   [OUTCOME_FOREIGN] = "foreign",
		[OUTCOME_DRY_RUN] = "dry-run",	       [OUTCOME_ALLOC_FAILURE] = "alloc-failure",
	};
	NAME_EACH(names, OUTCOME_KIND_COUNT);

	return NAME_OF(names, kind);
}

const char *outcome_proof_name(uint32_t proof)
{
	static const char *const names[] = {
		[OUTCOME_PROOF_NONE] = "none",
		[OUTCOME_PROOF_LEVEL] = "level",
		[OUTCOME_PROOF_KILLS] = "kills",
		[OUTCOME_PROOF_CALM] = "calm",
	};
	NAME_EACH(names, OUTCOME_PROOF_COUNT);

	return NAME_OF(names, proof);
}

const char *outcome_tier_name(uint32_t tier)
{
	static const char *const names[] = {
		[OUTCOME_TIER_FIRST] = "first",
		[OUTCOME_TIER_NEVER_KERNEL_THREAD] = "kernel-thread",
		[OUTCOME_TIER_NEVER_INIT] = "init",
		[OUTCOME_TIER_NEVER_OURS] = "ours",
		[OUTCOME_TIER_NEVER_DYING] = "dying",
		[OUTCOME_TIER_NEVER_ADJ] = "adj",
		[OUTCOME_TIER_NEVER_PROTECTED] = "protected",
		[OUTCOME_TIER_NEVER_SHIM] = "shim",
		[OUTCOME_TIER_UNKNOWN] = "unknown",
		[OUTCOME_TIER_SHARER] = "sharer",
		[OUTCOME_TIER_TRIED] = "tried",
		[OUTCOME_TIER_PREFER] = "prefer",
		[OUTCOME_TIER_AVOID] = "avoid",
		[OUTCOME_TIER_UNIT] = "unit",
		[OUTCOME_TIER_AGE] = "age",
		[OUTCOME_TIER_OOM_SCORE] = "oom-score",
		[OUTCOME_TIER_MEMORY] = "memory",
		[OUTCOME_TIER_PID] = "pid",
	};
	NAME_EACH(names, OUTCOME_TIER_COUNT);

	return NAME_OF(names, tier);
}

const char *outcome_victim_end_name(uint32_t end)
{
	static const char *const names[] = {
		[OUTCOME_VICTIM_WAITING] = "waiting",	[OUTCOME_VICTIM_EXITED] = "exited",
		[OUTCOME_VICTIM_OUTLIVED] = "outlived", [OUTCOME_VICTIM_REFUSED] = "refused",
		[OUTCOME_VICTIM_SPARED] = "spared",
	};
	NAME_EACH(names, OUTCOME_VICTIM_END_COUNT);

	return NAME_OF(names, end);
}

const char *outcome_step_name(uint32_t kind)
{
	static const char *const names[] = {
		[STEP_KILL] = "kill",
		[STEP_RAISE_LIMIT] = "raise-limit",
		[STEP_KERNEL] = "kernel",
		[STEP_TERMINATE] = "terminate",
		[STEP_KILL_GROUP] = "kill-group",
		[STEP_FREEZE] = "freeze",
		[STEP_HOOK] = "hook",
	};
	NAME_EACH(names, STEP_KIND_COUNT);

	return NAME_OF(names, kind);
}

const char *outcome_step_result_name(uint32_t result)
{
	static const char *const names[] = {
		[OUTCOME_STEP_RUNNING] = "running", [OUTCOME_STEP_DONE] = "done",
		[OUTCOME_STEP_FAILED] = "failed",   [OUTCOME_STEP_TIMED_OUT] = "timed-out",
		[OUTCOME_STEP_WOULD] = "would",	    [OUTCOME_STEP_OVER_BUDGET] = "over-budget",
	};
	NAME_EACH(names, OUTCOME_STEP_RESULT_COUNT);

	return NAME_OF(names, result);
}

const char *outcome_order_name(uint32_t order)
{
	static const char *const names[] = {
		[POLICY_ORDER_MEMORY] = "memory",
		[POLICY_ORDER_NEWEST] = "newest",
		[POLICY_ORDER_OLDEST] = "oldest",
		[POLICY_ORDER_OOM_SCORE] = "oom-score",
	};
	NAME_EACH(names, POLICY_ORDER_COUNT);

	return NAME_OF(names, order);
}

const char *outcome_unit_name(uint32_t unit)
{
	static const char *const names[] = {
		[POLICY_UNIT_PROCESS] = "process",
		[POLICY_UNIT_GROUP] = "group",
	};
	NAME_EACH(names, POLICY_UNIT_COUNT);

	return NAME_OF(names, unit);
}

const char *outcome_stat_name(uint32_t stat)
{
	static const char *const names[] = {
		[FACTS_STAT_CACHE] = "cache",
		[FACTS_STAT_RSS] = "rss",
		[FACTS_STAT_RSS_HUGE] = "rss_huge",
		[FACTS_STAT_SHMEM] = "shmem",
		[FACTS_STAT_MAPPED_FILE] = "mapped_file",
		[FACTS_STAT_DIRTY] = "dirty",
		[FACTS_STAT_WRITEBACK] = "writeback",
		[FACTS_STAT_SWAP] = "swap",
		[FACTS_STAT_INACTIVE_ANON] = "inactive_anon",
		[FACTS_STAT_ACTIVE_ANON] = "active_anon",
		[FACTS_STAT_INACTIVE_FILE] = "inactive_file",
		[FACTS_STAT_ACTIVE_FILE] = "active_file",
		[FACTS_STAT_UNEVICTABLE] = "unevictable",
		[FACTS_STAT_KERNEL] = "kernel",
	};
	NAME_EACH(names, FACTS_STAT_COUNT);

	return NAME_OF(names, stat);
}

const char *outcome_source_name(uint32_t source)
{
	static const char *const names[] = {
		[SOURCE_BPF] = "bpf",
		[SOURCE_ITER] = "iter",
		[SOURCE_FACTS] = "facts",
	};
	NAME_EACH(names, SOURCE_COUNT);

	return NAME_OF(names, source);
}

const char *outcome_source_state_name(uint32_t state)
{
	static const char *const names[] = {
		[SOURCE_STATE_ABSENT] = "absent",
		[SOURCE_STATE_READY] = "ready",
		[SOURCE_STATE_FAILED] = "failed",
	};
	NAME_EACH(names, SOURCE_STATE_COUNT);

	return NAME_OF(names, state);
}

const char *outcome_kill_method_name(uint32_t method)
{
	static const char *const names[] = {
		[KILL_METHOD_PIDFD] = "pidfd",
		[KILL_METHOD_BPF] = "bpf",
	};
	NAME_EACH(names, KILL_METHOD_COUNT);

	return NAME_OF(names, method);
}

const char *outcome_signal_name(uint32_t number, char name[static OUTCOME_SIGNAL_SIZE])
{
	const char *short_name = sigabbrev_np((int)number);

	if (number == 0)
		return "kernel";
	if (short_name)
		(void)snprintf(name, OUTCOME_SIGNAL_SIZE, "SIG%s", short_name);
	else
		(void)snprintf(name, OUTCOME_SIGNAL_SIZE, "signal %u", number);
	return name;
}
