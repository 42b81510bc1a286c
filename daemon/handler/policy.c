/* See policy.h. */
#include "handler/policy.h"

#include <string.h>

#define HOST_INIT 1
#define ADJ_NEVER (-1000) /* OOM_SCORE_ADJ_MIN, include/uapi/linux/oom.h */

/*
 * Killing one of these orphans or ends a whole container and frees next to nothing. They normally live
 * outside the container's own group; a process inside that borrows such a name only shields itself from
 * us, and when nobody else is left the group goes to the kernel's killer, which does not read names.
 */
static const char *const shim_names[] = { "conmon", "runc", "crun", "pause" };
static const char shim_prefix[] = "containerd-shim";

static bool is_shim(const char comm[static FACTS_COMM_SIZE])
{
	if (strncmp(comm, shim_prefix, sizeof(shim_prefix) - 1) == 0)
		return true;
	for (size_t i = 0; i < sizeof(shim_names) / sizeof(shim_names[0]); i++)
		if (strncmp(comm, shim_names[i], FACTS_COMM_SIZE) == 0)
			return true;
	return false;
}

/* Tier 1. OUTCOME_TIER_FIRST: may be chosen. */
static enum outcome_tier never_chosen(const struct candidate *candidate)
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
	if (is_shim(candidate->who.comm))
		return OUTCOME_TIER_NEVER_SHIM;
	return OUTCOME_TIER_FIRST;
}

static bool was_tried(const struct candidate *candidate, struct policy_tried tried)
{
	for (uint32_t i = 0; i < tried.count; i++)
		if (tried.pids[i] == candidate->who.pid)
			return true;
	return false;
}

static uint64_t memory_of(const struct candidate *candidate)
{
	return candidate->who.rss + candidate->who.swap + candidate->who.page_tables;
}

static int order(uint64_t left, uint64_t right)
{
	return (left > right) - (left < right);
}

int policy_compare(const struct candidate *left, const struct candidate *right,
		   struct policy_tried tried, enum outcome_tier *ret_tier)
{
	enum outcome_tier left_never = never_chosen(left), right_never = never_chosen(right);
	int out = (left_never != OUTCOME_TIER_FIRST) - (right_never != OUTCOME_TIER_FIRST);

	if (out) {
		*ret_tier = out > 0 ? left_never : right_never;
		return out;
	}
	*ret_tier = OUTCOME_TIER_TRIED;
	out = was_tried(left, tried) - was_tried(right, tried);
	if (out)
		return out;
	*ret_tier = OUTCOME_TIER_UNKNOWN;
	out = (left->index == SNAPSHOT_UNKNOWN) - (right->index == SNAPSHOT_UNKNOWN);
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
		   const struct candidate *candidate, struct policy_tried tried)
{
	enum outcome_tier tier;
	uint32_t at = *count;

	while (at > 0 && policy_compare(candidate, best[at - 1], tried, &tier) < 0)
		at--;
	if (at == OUTCOME_CANDIDATES)
		return;
	if (*count < OUTCOME_CANDIDATES)
		(*count)++;
	memmove(&best[at + 1], &best[at], (*count - at - 1) * sizeof(*best));
	best[at] = candidate;
}

static enum outcome_tier deciding_tier(const struct candidate *const *best, uint32_t at,
				       struct policy_tried tried)
{
	enum outcome_tier tier = never_chosen(best[at]);

	if (tier == OUTCOME_TIER_FIRST && was_tried(best[at], tried))
		tier = OUTCOME_TIER_TRIED;
	if (tier == OUTCOME_TIER_FIRST && at > 0)
		(void)policy_compare(best[at - 1], best[at], tried, &tier); /* the order is known */
	return tier;
}

void policy_rank(const struct snapshot *snapshot, struct policy_tried tried,
		 struct ranking *ret_ranking)
{
	const struct candidate *best[OUTCOME_CANDIDATES];
	uint32_t count = 0;

	*ret_ranking = (struct ranking){ .total = snapshot->count };
	for (uint32_t i = 0; i < snapshot->count; i++) {
		const struct candidate *candidate = &snapshot->list[i];

		if (never_chosen(candidate) == OUTCOME_TIER_FIRST && !was_tried(candidate, tried))
			ret_ranking->eligible++;
		insert(best, &count, candidate, tried);
	}
	for (uint32_t i = 0; i < count; i++) {
		ret_ranking->list[i] = best[i]->who;
		ret_ranking->list[i].tier = deciding_tier(best, i, tried);
	}
	ret_ranking->listed = count;
	ret_ranking->first = ret_ranking->eligible ? best[0] : NULL;
}
