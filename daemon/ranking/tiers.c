/* See tiers.h. Each step knows two candidates and nothing of the others. */
#include "ranking/tiers.h"

static int order(uint64_t left, uint64_t right)
{
	return (left > right) - (left < right);
}

bool tiers_tried(const struct candidate *candidate, const struct ranking_question *question)
{
	const struct ranking_tried *tried = &question->tried;

	for (uint32_t i = 0; i < tried->count; i++)
		if (tried->pids[i] == candidate->who.pid)
			return true;
	return false;
}

/* A rule that might protect it, if only more were known, is a reason to take anybody else first. */
static bool is_avoided(const struct candidate *candidate)
{
	return candidate->verdict.rule[RULE_AVOID] || candidate->verdict.doubt;
}

static bool is_preferred(const struct candidate *candidate)
{
	return candidate->verdict.rule[RULE_PREFER] && !is_avoided(candidate);
}

static int by_tried(const struct candidate *left, const struct candidate *right,
		    const struct ranking_question *question)
{
	return question->tried.count ? tiers_tried(left, question) - tiers_tried(right, question)
				     : 0;
}

static int by_preference(const struct candidate *left, const struct candidate *right,
			 const struct ranking_question *question)
{
	(void)question;
	return is_preferred(right) - is_preferred(left);
}

static int by_avoidance(const struct candidate *left, const struct candidate *right,
			const struct ranking_question *question)
{
	(void)question;
	return is_avoided(left) - is_avoided(right);
}

/* The group that was begun with is emptied first: what is killed in it makes it the smaller one. */
static int by_unit(const struct candidate *left, const struct candidate *right,
		   const struct ranking_question *question)
{
	uint64_t begun = question->unit_inode;
	int out;

	if (question->unit != POLICY_UNIT_GROUP || left->unit_inode == right->unit_inode)
		return 0;
	if (begun && (left->unit_inode == begun || right->unit_inode == begun))
		return left->unit_inode == begun ? -1 : 1;
	out = order(right->unit_use, left->unit_use);
	return out ? out : order(right->unit_inode, left->unit_inode);
}

static int by_age(const struct candidate *left, const struct candidate *right,
		  const struct ranking_question *question)
{
	int newest = order(right->who.start_nsec, left->who.start_nsec);

	if (question->order == POLICY_ORDER_NEWEST)
		return newest;
	return question->order == POLICY_ORDER_OLDEST ? -newest : 0;
}

static int by_badness(const struct candidate *left, const struct candidate *right,
		      const struct ranking_question *question)
{
	if (question->order != POLICY_ORDER_OOM_SCORE)
		return 0;
	return (left->who.badness < right->who.badness) - (left->who.badness > right->who.badness);
}

static int by_memory(const struct candidate *left, const struct candidate *right,
		     const struct ranking_question *question)
{
	(void)question;
	return order(candidate_memory(right).count, candidate_memory(left).count);
}

static int by_pid(const struct candidate *left, const struct candidate *right,
		  const struct ranking_question *question)
{
	(void)question;
	return order(right->who.pid, left->who.pid);
}

static const struct {
	enum outcome_tier tier;
	int (*compare)(const struct candidate *left, const struct candidate *right,
		       const struct ranking_question *question);
} steps[] = {
	{ OUTCOME_TIER_TRIED, by_tried }, /* 2, as ranking.h counts them */
	{ OUTCOME_TIER_PREFER, by_preference }, /* 3 */
	{ OUTCOME_TIER_AVOID, by_avoidance }, /* 4 */
	{ OUTCOME_TIER_UNIT, by_unit }, /* 5 */
	{ OUTCOME_TIER_AGE, by_age }, /* 6 */
	{ OUTCOME_TIER_OOM_SCORE, by_badness }, /* 6 */
	{ OUTCOME_TIER_MEMORY, by_memory }, /* 7 */
	{ OUTCOME_TIER_PID, by_pid }, /* 8 */
};

int tiers_compare(const struct candidate *left, const struct candidate *right,
		  const struct ranking_question *question, enum outcome_tier *ret_tier)
{
	int out = 0;

	for (size_t i = 0; !out && i < sizeof(steps) / sizeof(steps[0]); i++) {
		out = steps[i].compare(left, right, question);
		*ret_tier = steps[i].tier;
	}
	return out;
}
