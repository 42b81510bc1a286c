/*
 * See ranking.h. Here stands the first tier, who may be chosen at all, and how a list is made; the tiers
 * below it are in tiers.c. Loops are bounded by the list and by OUTCOME_CANDIDATES.
 */
#include "ranking/ranking.h"

#include <assert.h>
#include <string.h>

#include "ranking/sharers.h"
#include "ranking/tiers.h"

#define HOST_INIT 1
#define ADJ_NEVER (-1000) /* OOM_SCORE_ADJ_MIN, include/uapi/linux/oom.h */
#define ADJ_WHOLE 1000 /* this adj is worth all memory: oom_badness(), mm/oom_kill.c */

/*
 * Killing a container runtime's shim orphans or ends a whole container and frees next to nothing. But a
 * name is chosen by whoever bears it, and a hog that calls itself one of them must not have its
 * neighbours killed: one that holds more than this share of the group's memory is taken for what it does.
 */
#define SHIM_SHARE 4

/* Reasons that hold whatever the others are; of who takes part in a shared memory, for all of it. */
static enum outcome_tier never_alone(const struct candidate *candidate,
				     const struct ranking_question *question)
{
	if (candidate->who.flags & FACT_KERNEL_THREAD)
		return OUTCOME_TIER_NEVER_KERNEL_THREAD;
	if (candidate->who.pid == HOST_INIT)
		return OUTCOME_TIER_NEVER_INIT;
	if (candidate->who.flags & FACT_OURS)
		return OUTCOME_TIER_NEVER_OURS;
	if (candidate->who.flags & FACT_DYING)
		return OUTCOME_TIER_NEVER_DYING;
	if (question->spare_adj && candidate->who.oom_score_adj == ADJ_NEVER)
		return OUTCOME_TIER_NEVER_ADJ;
	if (candidate->verdict.rule[RULE_PROTECT])
		return OUTCOME_TIER_NEVER_PROTECTED;
	if (candidate->unknown)
		return OUTCOME_TIER_UNKNOWN;
	return OUTCOME_TIER_FIRST;
}

static bool is_never(uint32_t tier)
{
	return tier > OUTCOME_TIER_FIRST && tier <= OUTCOME_TIER_SHARER;
}

enum outcome_tier ranking_never(const struct candidate *candidate,
				const struct ranking_context *context)
{
	enum outcome_tier alone = never_alone(candidate, &context->question);

	if (is_never(candidate->who.tier))
		return candidate->who.tier; /* its own or a sharer's: see prepare() */
	if (alone != OUTCOME_TIER_FIRST)
		return alone;
	if (candidate->stands_for)
		return OUTCOME_TIER_SHARER;
	if (candidate->verdict.rule[RULE_SHIM] &&
	    candidate_memory(candidate).count <= context->shim_limit.count)
		return OUTCOME_TIER_NEVER_SHIM;
	return OUTCOME_TIER_FIRST;
}

/* Places behind those that may be chosen. Of who is unknown nothing can be said, so he is last. */
static int never_place(enum outcome_tier never)
{
	if (never == OUTCOME_TIER_UNKNOWN)
		return 3;
	if (never == OUTCOME_TIER_SHARER)
		return 2;
	return never != OUTCOME_TIER_FIRST;
}

int ranking_compare(const struct candidate *left, const struct candidate *right,
		    const struct ranking_context *context, enum outcome_tier *ret_tier)
{
	enum outcome_tier left_never = ranking_never(left, context);
	enum outcome_tier right_never = ranking_never(right, context);
	int out = never_place(left_never) - never_place(right_never);

	if (!out)
		return tiers_compare(left, right, &context->question, ret_tier);
	*ret_tier = out > 0 ? left_never : right_never;
	return out;
}

/*
 * oom_badness(), mm/oom_kill.c at v6.12, for a memory group: its limit is the whole. -1000 is no special
 * case here: either tier 1 has spared it, or ProtectAdj=no wants it compared.
 */
static int64_t badness_of(const struct candidate *candidate,
			  const struct ranking_question *question)
{
	uint64_t page = question->page.count;
	int64_t whole = (int64_t)(question->limit.count / page);
	int64_t points = (int64_t)(candidate->who.rss / page + candidate->who.swap / page +
				   candidate->who.page_tables / page);

	return points + candidate->who.oom_score_adj * (whole / ADJ_WHOLE);
}

/*
 * From here on a never tier in who.tier says why a candidate, or one of its sharers, is spared; of the
 * others ranking_make() overwrites the listed ones with what decided their place.
 */
static struct ranking_context prepare(struct candidate *list, uint32_t count,
				      const struct ranking_question *question,
				      struct bytes *ret_known)
{
	struct ranking_context context = { .question = *question };

	assert(question->page.count > 0);
	for (uint32_t i = 0; i < count; i++) {
		struct candidate *candidate = &list[i];
		bool protected;

		candidate->stands_for = 0;
		candidate->who.sharers = 0;
		candidate->who.tier = never_alone(candidate, question);
		protected = candidate->who.tier == OUTCOME_TIER_NEVER_PROTECTED;
		candidate->who.rule = protected ? candidate->verdict.rule[RULE_PROTECT] : 0;
		candidate->who.rule_list = protected ? RULE_PROTECT : 0;
		candidate->who.badness = badness_of(candidate, question);
	}
	*ret_known = sharers_settle(list, count);
	context.shim_limit.count = ret_known->count / SHIM_SHARE;
	return context;
}

struct ranking_context ranking_prepare(struct candidate *list, uint32_t count,
				       const struct ranking_question *question)
{
	struct bytes known;

	return prepare(list, count, question, &known);
}

/* Puts @candidate where it belongs among the best so far; the last one may fall off the end. */
static void insert(struct candidate **best, uint32_t *count, struct candidate *candidate,
		   const struct ranking_context *context)
{
	uint32_t low = 0;
	uint32_t high = *count;
	enum outcome_tier tier;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (ranking_compare(best[middle], candidate, context, &tier) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == OUTCOME_CANDIDATES)
		return;
	if (*count < OUTCOME_CANDIDATES)
		(*count)++;
	memmove(&best[low + 1], &best[low], (*count - low - 1) * sizeof(*best));
	best[low] = candidate;
}

/* The rule that lifted or lowered a candidate among those that may be chosen, or found a shim. */
static void name_rule(struct outcome_candidate *who, const struct verdict *verdict)
{
	enum rule_list list = RULE_PREFER;

	if (who->tier == OUTCOME_TIER_NEVER_SHIM)
		list = RULE_SHIM;
	else if (verdict->rule[RULE_AVOID])
		list = RULE_AVOID;
	else if (verdict->doubt)
		list = RULE_PROTECT;
	who->rule = list == RULE_PROTECT ? verdict->doubt : verdict->rule[list];
	who->rule_list = who->rule ? list : 0;
}

/* @above: NULL for the first. */
static struct outcome_candidate entry_of(const struct candidate *candidate,
					 const struct candidate *above,
					 const struct ranking_context *context)
{
	struct outcome_candidate who = candidate->who; /* with the rule of a Protect= */
	enum outcome_tier tier = ranking_never(candidate, context);
	bool spared = tier != OUTCOME_TIER_FIRST;

	if (!spared && tiers_tried(candidate, &context->question))
		tier = OUTCOME_TIER_TRIED;
	else if (!spared && above)
		(void)ranking_compare(above, candidate, context, &tier); /* the order is known */
	who.tier = tier;
	if (!spared || tier == OUTCOME_TIER_NEVER_SHIM)
		name_rule(&who, &candidate->verdict);
	return who;
}

/* The dying are counted as somebody: their end frees what the kernel would free. */
static bool is_beyond_kernel(const struct candidate *candidate)
{
	if (candidate->unknown || candidate->who.flags & FACT_DYING)
		return false;
	return candidate->who.flags & FACT_KERNEL_THREAD || candidate->who.pid == HOST_INIT ||
	       candidate->who.oom_score_adj == ADJ_NEVER;
}

static void count_members(const struct candidate *list, const struct ranking_context *context,
			  struct ranking *ranking)
{
	uint32_t beyond = 0;

	for (uint32_t i = 0; i < ranking->total; i++) {
		ranking->unknown += list[i].unknown;
		ranking->asleep += (list[i].who.flags & FACT_ASLEEP) != 0;
		ranking->eligible += ranking_never(&list[i], context) == OUTCOME_TIER_FIRST &&
				     !tiers_tried(&list[i], &context->question);
		beyond += is_beyond_kernel(&list[i]);
	}
	ranking->kernel_could = !ranking->total || beyond < ranking->total;
}

void ranking_make(struct candidate *list, uint32_t count, const struct ranking_question *question,
		  struct ranking *ret_ranking)
{
	struct candidate *best[OUTCOME_CANDIDATES];
	struct ranking_context context;
	uint32_t listed = 0;

	*ret_ranking = (struct ranking){ .total = count };
	context = prepare(list, count, question, &ret_ranking->known);
	count_members(list, &context, ret_ranking);
	for (uint32_t i = 0; i < count; i++)
		insert(best, &listed, &list[i], &context);
	for (uint32_t i = 0; i < listed; i++) {
		best[i]->who = entry_of(best[i], i ? best[i - 1] : NULL, &context);
		ret_ranking->list[i] = best[i]->who;
	}
	ret_ranking->listed = listed;
	ret_ranking->first = ret_ranking->eligible ? best[0] : NULL;
}
