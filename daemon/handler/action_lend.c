/*
 * Step `raise-limit`: lend the group memory for a time. The new limit is checked by reading and the act
 * repeated, because a take-back that is under way can swallow a raise (KERNEL.md K10) and a wake-up can
 * get lost (K1). A limit that somebody else sets meanwhile is theirs: nothing is repeated over it.
 */
#include <errno.h>

#include "handler/action.h"
#include "handler/decision.h"
#include "handler/knob_turn.h"
#include "handler/level.h"
#include "handler/loan_bounds.h"
#include "handler/record.h"

#define LEND_ABOVE_USAGE_MIB                                                                       \
	1 /* charges can have been forced above the limit: a raise below them reclaims */
#define LEND_DEFAULT_MAX_FACTOR 2 /* without max=: twice the limit found */

/* The limit to set, or a negative errno: nothing can be lent. */
static int loan_limit(const struct handler *handler, const struct gauges *gauges,
		      const struct action_loan *loan, struct bytes found, struct bytes *ret_limit)
{
	uint64_t max = loan->max.value ? loan_amount(loan->max, found).count
				       : LEND_DEFAULT_MAX_FACTOR * found.count;
	uint64_t limit = gauges->limit + loan_amount(loan->by, found).count;
	uint64_t floor = gauges->usage + bytes_from_mib(LEND_ABOVE_USAGE_MIB).count;

	if (limit < floor)
		limit = floor;
	if (limit > max)
		limit = max;
	limit -= limit % handler->page_bytes;
	if (limit <= gauges->limit || limit < floor)
		return -EDQUOT; /* all that the policy allows is lent already */
	ret_limit->count = limit;
	return 0;
}

int action_lend(struct handler *handler, const struct episode *episode,
		const struct action_loan *loan, struct bytes *ret_limit)
{
	struct ledger_cell lent = knob_entry(handler, episode->slot, KNOB_LIMIT);
	struct nsec due = nsec_after(handler->now, loan->hold_for);
	struct bytes limit, found;
	struct gauges gauges;
	int ret = level_gauges(handler, episode->slot, &gauges);

	if (ret < 0)
		return ret;
	if (level_parent_full(handler, episode->slot))
		return -ENOSPC; /* the memory would have to come from a limit above that has none left */
	found = loan_found(&lent, (struct bytes){ .count = gauges.limit });
	ret = loan_limit(handler, &gauges, loan, found, &limit);
	if (ret == 0)
		ret = loan_allowed(handler, episode->slot, limit);
	if (ret < 0)
		return ret;
	/* One entry, one time: an older loan that still stands is not taken back before its own. */
	if (found.count < gauges.limit && lent.due_nsec > due.count)
		due.count = lent.due_nsec;
	ret = action_raise(handler, episode->slot, limit, due);
	if (ret == 0 || ret == -EAGAIN) {
		loan_note(handler, (struct bytes){ .count = limit.count - gauges.limit });
		*ret_limit = limit;
	}
	return ret;
}

enum action_verdict action_lend_begin(struct handler *handler, struct episode *episode)
{
	const struct policy_step *step = &episode->policy.step[episode->step];
	const struct action_loan loan = { .by = step->by,
					  .max = step->max,
					  .hold_for = step->hold_for };
	struct bytes limit;
	int ret = action_lend(handler, episode, &loan, &limit);

	if (ret < 0 && ret != -EAGAIN) {
		record_step_error(episode, ret);
		return ACTION_FAILED;
	}
	record_step_amount(episode, limit);
	episode->acted = true;
	/* Nobody is chosen; but whoever reads the record asks who used the memory. */
	(void)decision_take(handler, episode);
	episode->due = action_look_after(handler->now, 0);
	return ACTION_WAITING;
}

/* Did a take-back that was under way swallow the raise? It ends at what was found or above. */
static bool was_swallowed(const struct ledger_cell *lent, uint64_t limit)
{
	return limit >= lent->found && limit < lent->set;
}

enum action_verdict action_lend_tick(struct handler *handler, struct episode *episode)
{
	struct ledger_cell lent = knob_entry(handler, episode->slot, KNOB_LIMIT);
	struct gauges gauges;
	int ret = level_gauges(handler, episode->slot, &gauges);

	if (ret < 0 || lent.state != LEDGER_CHANGED || ++episode->looks > HANDLER_LOOKS)
		return ACTION_FAILED;
	if (was_swallowed(&lent, gauges.limit))
		ret = action_raise(handler, episode->slot, (struct bytes){ .count = lent.set },
				   (struct nsec){ .count = lent.due_nsec });
	else if (level_has_margin(handler, episode->slot))
		ret = action_nudge(handler, episode->slot);
	else
		return ACTION_DONE; /* used up again, or lowered by somebody else: it was not enough */
	if (ret < 0)
		record_step_error(episode, ret);
	episode->due = action_look_after(handler->now, episode->looks);
	return ACTION_WAITING;
}
