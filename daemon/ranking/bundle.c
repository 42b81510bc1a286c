/* See bundle.h. Loops are bounded by the halves of a byte and by the states of a word. */
#include "ranking/bundle.h"

bool bundle_add(struct bundle *bundle, const struct pattern *pattern, uint8_t rule)
{
	struct pattern *all = &bundle->all;
	uint32_t shift = bundle->states;
	uint32_t last;

	if (!pattern->accept)
		return true; /* takes nothing, needs no states */
	last = shift + (uint32_t)__builtin_ctzll(pattern->accept);
	if (last >= BUNDLE_STATES)
		return false;
	for (int half = 0; half < 16; half++) {
		all->low[half] |= pattern->low[half] << shift;
		all->high[half] |= pattern->high[half] << shift;
	}
	all->stay |= pattern->stay << shift;
	all->stay_in_component |= pattern->stay_in_component << shift;
	all->no_slash |= pattern->no_slash << shift;
	all->accept |= pattern->accept << shift;
	bundle->start |= PATTERN_START << shift;
	bundle->rule[last] = rule;
	bundle->states = last + 1;
	return true;
}

uint32_t bundle_match(const struct bundle *bundle, struct subject subject)
{
	uint64_t reached = pattern_run(&bundle->all, bundle->start, subject) & bundle->all.accept;
	uint32_t matched = 0;

	for (; reached; reached &= reached - 1)
		matched |= 1U << bundle->rule[__builtin_ctzll(reached)];
	return matched;
}
