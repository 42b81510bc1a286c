/* See decision.h. */
#include "handler/decision.h"

#include "base/hold.h"
#include "handler/record.h"

/*
 * The sampler did not answer, and members it never saw must be holding most of the memory: to choose one
 * of those we know would be to choose a bystander. The kernel's killer sees all of them.
 */
static bool mostly_unknown(const struct episode *episode, const struct ranking *ranking)
{
	return ranking->unknown > 0 && ranking->known.count < episode->outcome.usage / 2;
}

void decision_take(struct handler *handler, struct episode *episode, struct ranking *ret_ranking)
{
	const struct policy_tried tried = { .pids = episode->tried, .count = episode->tried_count };

	snapshot_take(handler, episode->slot);
	policy_rank(&handler->snapshot, tried, ret_ranking);
	if (mostly_unknown(episode, ret_ranking))
		ret_ranking->first = NULL;
	HOLD(HOLD_SNAPSHOT_DONE);
	/* Later ones, after a victim died, do not replace what the first act was based on. */
	if (!episode->outcome.decided_nsec)
		record_decision(handler, episode, ret_ranking);
}
