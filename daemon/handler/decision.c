/* See decision.h. */
#include "handler/decision.h"

#include "base/hold.h"
#include "handler/record.h"

void decision_take(struct handler *handler, struct episode *episode, struct ranking *ret_ranking)
{
	const struct policy_tried tried = { .pids = episode->tried, .count = episode->tried_count };

	snapshot_take(handler, episode->slot);
	policy_rank(&handler->snapshot, tried, ret_ranking);
	HOLD(HOLD_SNAPSHOT_DONE);
	/* Later ones, after a victim died, do not replace what the first act was based on. */
	if (!episode->outcome.decided_nsec)
		record_decision(handler, episode, ret_ranking);
}
