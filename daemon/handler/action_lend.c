/*
 * Step `raise-limit`: lend the group memory for a time. The new limit is checked by reading and the act
 * repeated, because a take-back that is under way can swallow a raise (KERNEL.md K10) and a wake-up can
 * get lost (A1).
 */
#include <errno.h>

#include "handler/action.h"
#include "handler/decision.h"
#include "handler/knob_turn.h"
#include "handler/level.h"
#include "handler/record.h"

#define LEND_ABOVE_USAGE_MIB                                                                       \
	1 /* charges can have been forced above the limit: a raise below them reclaims */
#define LEND_DEFAULT_MAX_FACTOR 2 /* without max=: twice the limit found */

static uint64_t amount_of(struct amount amount, uint64_t base)
{
	return amount.percent ? base / 100 * amount.value : amount.value;
}

static uint64_t found_limit(const struct handler *handler, uint32_t slot, uint64_t limit)
{
	struct ledger_cell lent = knob_entry(handler, slot, KNOB_LIMIT);

	return lent.state == LEDGER_CHANGED ? lent.found : limit;
}

/* The limit to set, or a negative errno: nothing can be lent. */
static int loan_size(const struct handler *handler, const struct episode *episode,
		     struct bytes *ret_limit)
{
	const struct policy_step *step = &episode->policy.step[episode->step];
	struct gauges gauges;
	uint64_t found, max, limit, floor;
	int ret = level_gauges(handler, episode->slot, &gauges);

	if (ret < 0)
		return ret;
	if (level_parent_full(handler, episode->slot))
		return -ENOSPC; /* the memory would have to come from a limit above that has none left */
	found = found_limit(handler, episode->slot, gauges.limit);
	max = step->max.value ? amount_of(step->max, found) : LEND_DEFAULT_MAX_FACTOR * found;
	limit = gauges.limit + amount_of(step->by, found);
	floor = gauges.usage + bytes_from_mib(LEND_ABOVE_USAGE_MIB).count;
	if (limit < floor)
		limit = floor;
	if (limit > max)
		limit = max;
	limit -= limit % handler->page_bytes;
	if (limit <= gauges.limit || limit < floor)
		return -EDQUOT; /* all that the policy allows is lent already */
	ret_limit->count = limit;
	return 0;
}

static int lend(struct handler *handler, struct episode *episode, struct bytes limit)
{
	const struct policy_step *step = &episode->policy.step[episode->step];

	return action_raise(handler, episode->slot, limit,
			    nsec_after(handler->now, step->hold_for));
}

enum action_verdict action_lend_begin(struct handler *handler, struct episode *episode)
{
	struct ranking ranking;
	struct bytes limit;
	int ret = loan_size(handler, episode, &limit);

	if (ret == 0) {
		record_step_amount(episode, limit);
		ret = lend(handler, episode, limit);
	}
	if (ret < 0 && ret != -EAGAIN) {
		record_step_error(episode, ret);
		return ACTION_FAILED;
	}
	episode->acted = true;
	/* Nobody is chosen; but whoever reads the record asks who used the memory. */
	decision_take(handler, episode, &ranking);
	episode->due = action_look_after(handler->now, 0);
	return ACTION_WAITING;
}

enum action_verdict action_lend_tick(struct handler *handler, struct episode *episode)
{
	struct ledger_cell lent = knob_entry(handler, episode->slot, KNOB_LIMIT);
	struct gauges gauges;
	int ret = level_gauges(handler, episode->slot, &gauges);

	if (ret < 0 || lent.state != LEDGER_CHANGED || ++episode->looks > HANDLER_LOOKS)
		return ACTION_FAILED;
	if (gauges.limit < lent.set)
		ret = lend(handler, episode, (struct bytes){ .count = lent.set });
	else if (level_has_margin(handler, episode->slot))
		ret = action_nudge(handler, episode->slot);
	else
		return ACTION_DONE; /* used up again: it was not enough */
	if (ret < 0)
		record_step_error(episode, ret);
	episode->due = action_look_after(handler->now, episode->looks);
	return ACTION_WAITING;
}
