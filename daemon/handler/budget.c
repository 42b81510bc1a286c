/* See budget.h. */
#include "handler/budget.h"

#include "handler/handler.h"

struct nsec budget_again(const struct kill_budget *budget, const struct budget_times *times,
			 struct nsec now)
{
	uint32_t kills = budget->kills < times->size ? budget->kills : times->size;
	struct nsec oldest;

	if (!kills)
		return (struct nsec){ 0 };
	/* Of the last @kills kills the first: when it is out of the window there is room for one more. */
	oldest = times->at[(times->next + times->size - kills) % times->size];
	if (!oldest.count || nsec_reached(now, nsec_after(oldest, budget->window)))
		return (struct nsec){ 0 };
	return nsec_after(oldest, budget->window);
}

/* The host's as the supervisor has published it; read in two words, of which a reload may change one. */
static struct kill_budget host_budget(const struct handler *handler)
{
	const struct roster_host *host = &handler->tables.roster->host;

	return (struct kill_budget){
		.kills = atomic_load(&host->budget_kills),
		.window = { .count = atomic_load(&host->budget_window_nsec) },
	};
}

static struct nsec later(struct nsec left, struct nsec right)
{
	return left.count > right.count ? left : right;
}

bool budget_take(struct handler *handler, struct episode *episode)
{
	struct budget_group *group = &handler->slots[episode->slot].budget;
	struct budget_host *host = &handler->budget;
	const struct kill_budget budget = host_budget(handler);
	const struct budget_times group_times = { group->at, POLICY_BUDGET_MAX, group->next };
	const struct budget_times host_times = { host->at, BUDGET_HOST_MAX, host->next };
	struct nsec again = later(budget_again(&episode->policy.budget, &group_times, handler->now),
				  budget_again(&budget, &host_times, handler->now));

	if (again.count) {
		episode->budget_again = again;
		return false;
	}
	group->at[group->next] = handler->now;
	group->next = (group->next + 1) % POLICY_BUDGET_MAX;
	host->at[host->next] = handler->now;
	host->next = (host->next + 1) % BUDGET_HOST_MAX;
	return true;
}
