/*
 * Who goes first. A pure function over a snapshot: numbered tiers, a total order, a unique last
 * tie-break; what put each candidate behind the one before it is recorded.
 *
 *   1  never chosen: kernel threads, host pid 1, this daemon, the dying, oom_score_adj -1000 (unless
 *      ProtectAdj=no), Protect=, container runtime shims, and members nobody knows, which may be any of
 *      these; and who shares its memory with another candidate that stands for both
 *   2  signalled before in this episode
 *   3  Prefer= goes first
 *   4  Avoid= goes last; who is preferred and avoided is avoided
 *   5  Unit=group: the child group with the largest use goes first
 *   6  Order=: newest, oldest, or oom-score
 *   7  more memory (resident, swapped, page tables) goes first
 *   8  the higher pid goes first: a newer process has usually done less work
 */
#pragma once

#include "ranking/verdict.h"

struct ranking_tried {
	const uint32_t *pids; /* borrowed */
	uint32_t count;
};

/* What the order depends on beside the candidates. */
struct ranking_question {
	uint32_t order; /* enum policy_order */
	uint32_t unit; /* enum policy_unit */
	bool spare_adj; /* -1000 means never */
	uint64_t
		unit_inode; /* Unit=group: the child group that was begun with goes on first; 0: none */
	struct ranking_tried tried;
	struct bytes limit; /* that was hit: badness is relative to it */
	struct bytes page;
};

/* What the comparison needs: made by ranking_prepare(). */
struct ranking_context {
	struct ranking_question question;
	struct bytes shim_limit; /* a shim with more memory than this is not treated as one */
};

/* The first OUTCOME_CANDIDATES of the order, and how many there are in all. */
struct ranking {
	uint32_t listed;
	uint32_t total;
	uint32_t eligible; /* outside tiers 1 and 2 */
	uint32_t unknown; /* members of which nothing but the pid is known */
	uint32_t asleep;
	bool kernel_could; /* somebody is there whom the kernel's killer may kill, or might be */
	struct bytes known; /* memory of all others, shared memory counted once */
	const struct candidate *first; /* borrowed from the list; NULL: nobody is eligible */
	struct outcome_candidate list[OUTCOME_CANDIDATES];
};

/**
 * ranking_prepare() - settle what one candidate cannot tell alone
 *
 * Candidates of one memory (see mm of struct candidate) get one that stands for all, with the number of
 * the others: the lowest pid, but a shim only among shims. When one of them is pid 1, ours, -1000 or
 * protected, none may be chosen, because nothing would be freed. The dying take no part. Badness is worked
 * out here too. What an earlier ranking_make() left in who is lost.
 *
 * Context: linear, but for shared memories, of which RANKING_SHARERS are told apart; those beyond stand
 *          alone and count as nothing.
 */
#define RANKING_SHARERS 512
struct ranking_context ranking_prepare(struct candidate *list, uint32_t count,
				       const struct ranking_question *question);

/**
 * ranking_compare() - the order itself
 *
 * Return:  < 0 when @left goes first, > 0 when @right does, never 0 for two different processes.
 *          @ret_tier: what decided.
 */
int ranking_compare(const struct candidate *left, const struct candidate *right,
		    const struct ranking_context *context, enum outcome_tier *ret_tier);

/**
 * ranking_make() - prepare, and the best of @list in order
 * @list: the listed ones get their tier and rule here too
 *
 * Context: O(@count × OUTCOME_CANDIDATES), no system call, no allocation.
 */
void ranking_make(struct candidate *list, uint32_t count, const struct ranking_question *question,
		  struct ranking *ret_ranking);

/* May @candidate be chosen at all? OUTCOME_TIER_FIRST: it may; else why not. */
enum outcome_tier ranking_never(const struct candidate *candidate,
				const struct ranking_context *context);
