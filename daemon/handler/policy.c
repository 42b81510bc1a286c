/* See policy.h. */
#include "handler/policy.h"

#include <string.h>

#define HOST_INIT 1
#define ADJ_NEVER (-1000) /* OOM_SCORE_ADJ_MIN, include/uapi/linux/oom.h */

/*
 * Killing one of these orphans or ends a whole container and frees next to nothing. But a name is chosen
 * by whoever bears it, and a hog that calls itself one of them must not have its neighbours killed: one
 * that holds more than this share of the group's memory is taken for what it does.
 */
#define SHIM_SHARE 4
static const char *const shim_names[] = { "conmon", "runc", "crun", "pause" };
static const char shim_prefix[] = "containerd-shim";

static uint64_t memory_of(const struct candidate *candidate)
{
	return candidate->who.rss + candidate->who.swap + candidate->who.page_tables;
}

static bool has_shim_name(const char comm[static FACTS_COMM_SIZE])
{
	if (strncmp(comm, shim_prefix, sizeof(shim_prefix) - 1) == 0)
		return true;
	for (size_t i = 0; i < sizeof(shim_names) / sizeof(shim_names[0]); i++)
		if (strncmp(comm, shim_names[i], FACTS_COMM_SIZE) == 0)
			return true;
	return false;
}

/* Tier 1. OUTCOME_TIER_FIRST: may be chosen. */
static enum outcome_tier never_chosen(const struct candidate *candidate,
				      const struct policy_context *context)
{
	if (candidate->flags & FACT_KERNEL_THREAD)
		return OUTCOME_TIER_NEVER_KERNEL_THREAD;
	if (candidate->who.pid == HOST_INIT)
		return OUTCOME_TIER_NEVER_INIT;
	if (candidate->flags & FACT_OURS)
		return OUTCOME_TIER_NEVER_OURS;
	if (candidate->flags & FACT_DYING)
		return OUTCOME_TIER_NEVER_DYING;
	if (candidate->who.oom_score_adj == ADJ_NEVER)
		return OUTCOME_TIER_NEVER_ADJ;
	if (candidate->index == SNAPSHOT_UNKNOWN)
		return OUTCOME_TIER_UNKNOWN;
	if (has_shim_name(candidate->who.comm) && memory_of(candidate) <= context->shim_limit.count)
		return OUTCOME_TIER_NEVER_SHIM;
	return OUTCOME_TIER_FIRST;
}

static bool was_tried(const struct candidate *candidate, const struct policy_context *context)
{
	for (uint32_t i = 0; i < context->tried.count; i++)
		if (context->tried.pids[i] == candidate->who.pid)
			return true;
	return false;
}

static int order(uint64_t left, uint64_t right)
{
	return (left > right) - (left < right);
}

int policy_compare(const struct candidate *left, const struct candidate *right,
		   const struct policy_context *context, enum outcome_tier *ret_tier)
{
	enum outcome_tier left_never = never_chosen(left, context);
	enum outcome_tier right_never = never_chosen(right, context);
	int out = (left_never != OUTCOME_TIER_FIRST) - (right_never != OUTCOME_TIER_FIRST);

	if (out) {
		*ret_tier = out > 0 ? left_never : right_never;
		return out;
	}
	*ret_tier = OUTCOME_TIER_TRIED;
	out = was_tried(left, context) - was_tried(right, context);
	if (out)
		return out;
	*ret_tier = OUTCOME_TIER_MEMORY;
	out = order(memory_of(right), memory_of(left));
	if (out)
		return out;
	*ret_tier = OUTCOME_TIER_PID;
	return order(right->who.pid, left->who.pid);
}

/* Puts @candidate where it belongs among the best so far; the last one may fall off the end. */
static void insert(const struct candidate **best, uint32_t *count,
		   const struct candidate *candidate, const struct policy_context *context)
{
	enum outcome_tier tier;
	uint32_t at = *count;

	while (at > 0 && policy_compare(candidate, best[at - 1], context, &tier) < 0)
		at--;
	if (at == OUTCOME_CANDIDATES)
		return;
	if (*count < OUTCOME_CANDIDATES)
		(*count)++;
	memmove(&best[at + 1], &best[at], (*count - at - 1) * sizeof(*best));
	best[at] = candidate;
}

static enum outcome_tier deciding_tier(const struct candidate *const *best, uint32_t at,
				       const struct policy_context *context)
{
	enum outcome_tier tier = never_chosen(best[at], context);

	if (tier == OUTCOME_TIER_FIRST && was_tried(best[at], context))
		tier = OUTCOME_TIER_TRIED;
	if (tier == OUTCOME_TIER_FIRST && at > 0)
		(void)policy_compare(best[at - 1], best[at], context,
				     &tier); /* the order is known */
	return tier;
}

static void count_members(const struct snapshot *snapshot, struct ranking *ranking)
{
	for (uint32_t i = 0; i < snapshot->count; i++) {
		ranking->unknown += snapshot->list[i].index == SNAPSHOT_UNKNOWN;
		ranking->known.count += memory_of(&snapshot->list[i]);
	}
}

void policy_rank(const struct snapshot *snapshot, struct policy_tried tried,
		 struct ranking *ret_ranking)
{
	const struct candidate *best[OUTCOME_CANDIDATES];
	struct policy_context context = { .tried = tried };
	uint32_t count = 0;

	*ret_ranking = (struct ranking){ .total = snapshot->count };
	count_members(snapshot, ret_ranking);
	context.shim_limit.count = ret_ranking->known.count / SHIM_SHARE;
	for (uint32_t i = 0; i < snapshot->count; i++) {
		const struct candidate *candidate = &snapshot->list[i];

		if (never_chosen(candidate, &context) == OUTCOME_TIER_FIRST &&
		    !was_tried(candidate, &context))
			ret_ranking->eligible++;
		insert(best, &count, candidate, &context);
	}
	for (uint32_t i = 0; i < count; i++) {
		ret_ranking->list[i] = best[i]->who;
		ret_ranking->list[i].tier = deciding_tier(best, i, &context);
	}
	ret_ranking->listed = count;
	ret_ranking->first = ret_ranking->eligible ? best[0] : NULL;
}
