/*
 * Who goes first. A pure function over a snapshot: numbered tiers, a total order, a unique last
 * tie-break; what put each candidate behind the one before it is recorded.
 *
 *   1  never chosen: kernel threads, host pid 1, this daemon, the dying, oom_score_adj -1000,
 *      container runtime shims, and members without facts, which may be any of these
 *   2  signalled before in this episode
 *   3  more memory (resident, swapped, page tables) goes first
 *   4  the higher pid goes first: a newer process has usually done less work
 */
#pragma once

#include "handler/snapshot.h"

struct policy_tried {
	const uint32_t *pids;
	uint32_t count;
};

/* What the comparison depends on beside the two. */
struct policy_context {
	struct policy_tried tried;
	struct bytes shim_limit; /* a shim with more memory than this is not treated as one */
};

/* The first OUTCOME_CANDIDATES of the order, and how many there are in all. */
struct ranking {
	uint32_t listed;
	uint32_t total;
	uint32_t eligible; /* outside tiers 1 and 2 */
	uint32_t unknown; /* members without facts */
	struct bytes known; /* memory of all others */
	const struct candidate *first; /* borrowed from the snapshot; NULL: nobody is eligible */
	struct outcome_candidate list[OUTCOME_CANDIDATES];
};

/**
 * policy_compare() - the order itself
 *
 * Return:  < 0 when @left goes first, > 0 when @right does, never 0 for two different processes.
 *          @ret_tier: what decided.
 */
int policy_compare(const struct candidate *left, const struct candidate *right,
		   const struct policy_context *context, enum outcome_tier *ret_tier);

/**
 * policy_rank() - the best candidates of @snapshot in order
 *
 * Context: loop; O(candidates × OUTCOME_CANDIDATES), no system call.
 */
void policy_rank(const struct snapshot *snapshot, struct policy_tried tried,
		 struct ranking *ret_ranking);
