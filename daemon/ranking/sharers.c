/*
 * See sharers.h. A sorted table holds one entry per memory: who stands for it. Where there are more
 * memories than entries, the ones that sort last are left out, whatever order the list came in.
 *
 * The dying take no part: their share goes by itself, and one that has gone must not protect the others.
 */
#include "ranking/sharers.h"

#include <string.h>

struct sharers {
	uint32_t count;
	uint16_t speaker[RANKING_SHARERS]; /* index in the list, sorted by memory */
};

_Static_assert(FACTS_PROCESSES <= UINT16_MAX, "an index of the list is 16 bits wide");

static int order(uint64_t left, uint64_t right)
{
	return (left > right) - (left < right);
}

/*
 * From /proc mm is a pid, and may have been read before an exec. From the kernel it is the memory itself,
 * while its size may have changed between two that share it.
 */
static int order_memories(const struct candidate *left, const struct candidate *right)
{
	int out = order(left->mm, right->mm);

	return out || left->live ? out : order(left->who.vm_size, right->who.vm_size);
}

static bool takes_part(const struct candidate *candidate)
{
	return candidate->mm && !candidate->unknown &&
	       !(candidate->who.flags & (FACT_DYING | FACT_KERNEL_THREAD));
}

/* The lowest pid; but a name that spares its bearer must not spare all the others. */
static bool speaks_before(const struct candidate *left, const struct candidate *right)
{
	int out = order(left->verdict.rule[RULE_SHIM] != 0, right->verdict.rule[RULE_SHIM] != 0);

	return (out ? out : order(left->who.pid, right->who.pid)) < 0;
}

/* Where the memory of @candidate stands, or would stand. */
static uint32_t place_of(const struct sharers *sharers, const struct candidate *list,
			 const struct candidate *candidate)
{
	uint32_t low = 0;
	uint32_t high = sharers->count;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (order_memories(&list[sharers->speaker[middle]], candidate) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* NULL: nobody, or the table was too small. */
static struct candidate *speaker_of(const struct sharers *sharers, struct candidate *list,
				    const struct candidate *candidate)
{
	uint32_t at = place_of(sharers, list, candidate);

	if (at == sharers->count || order_memories(&list[sharers->speaker[at]], candidate) != 0)
		return NULL;
	return &list[sharers->speaker[at]];
}

static void insert(struct sharers *sharers, struct candidate *list, uint16_t index)
{
	uint32_t at = place_of(sharers, list, &list[index]);
	uint16_t *entry = &sharers->speaker[at];

	if (speaker_of(sharers, list, &list[index])) {
		if (speaks_before(&list[index], &list[*entry]))
			*entry = index;
		return;
	}
	if (at == RANKING_SHARERS)
		return;
	if (sharers->count < RANKING_SHARERS)
		sharers->count++;
	memmove(entry + 1, entry, (sharers->count - at - 1) * sizeof(*entry));
	*entry = index;
}

/* Of several reasons the first tier, and of several rules the first: not the order of the list. */
static void pass_reason(const struct outcome_candidate *from, struct outcome_candidate *to)
{
	int out = order(from->tier, to->tier);

	if (from->tier == OUTCOME_TIER_FIRST)
		return;
	if (to->tier != OUTCOME_TIER_FIRST && (out ? out : order(from->rule, to->rule)) >= 0)
		return;
	to->tier = from->tier;
	to->rule = from->rule;
	to->rule_list = from->rule_list;
}

/*
 * What shares a memory that found no room counts as nothing: counted once each, a crowd of them would
 * make the whole look large and a hog small beside it.
 */
static struct bytes join(const struct sharers *sharers, struct candidate *list,
			 struct candidate *candidate)
{
	struct candidate *speaker = candidate->mm ? speaker_of(sharers, list, candidate) : NULL;
	struct bytes nothing = { .count = 0 };

	if (speaker == candidate || (!speaker && !candidate->mm))
		return candidate_memory(candidate);
	if (!speaker)
		return sharers->count < RANKING_SHARERS ? candidate_memory(candidate) : nothing;
	if (!takes_part(candidate))
		return nothing;
	candidate->stands_for = speaker->who.pid;
	speaker->who.sharers++;
	pass_reason(&candidate->who, &speaker->who);
	return nothing;
}

struct bytes sharers_settle(struct candidate *list, uint32_t count)
{
	struct sharers sharers = { .count = 0 };
	struct bytes known = { .count = 0 };

	for (uint32_t i = 0; i < count && i < UINT16_MAX; i++)
		if (takes_part(&list[i]))
			insert(&sharers, list, (uint16_t)i);
	for (uint32_t i = 0; i < count; i++)
		known.count += join(&sharers, list, &list[i]).count;
	for (uint32_t i = 0; i < count; i++)
		if (list[i].stands_for && list[i].who.tier == OUTCOME_TIER_FIRST)
			pass_reason(&speaker_of(&sharers, list, &list[i])->who, &list[i].who);
	return known;
}
