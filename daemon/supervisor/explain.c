/* See explain.h. The waiting; the answer itself is made in explain_answer.c. */
#include "supervisor/explain.h"

#include <stdlib.h>

#include "base/clock.h"
#include "settings/memory.h"
#include "supervisor/sampler.h"

#define LOOK_USEC 5000
#define LOOK_ACCURACY_USEC 1000
#define FRESH_MSEC 1000 /* facts so young are not read again */

struct explain {
	struct supervisor *supervisor;
	uint64_t inode;
	struct nsec asked;
	explain_done *done;
	void *context;
	sd_event_source *timer;
};

void explain_cancel(struct explain *explain)
{
	if (!explain)
		return;
	sd_event_source_disable_unref(explain->timer);
	free(explain);
}

/* Nobody may keep the sampler busy by asking: of a group that is not managed no facts are shown. */
static bool is_fresh(const struct explain *explain, const struct node *node)
{
	const struct facts *facts = explain->supervisor->tables.facts;
	uint64_t sampled;

	if (node->plan.role != PLAN_MANAGED || node->slot >= ROSTER_SLOTS)
		return true;
	sampled =
		atomic_load_explicit(&facts->group[node->slot].sampled_nsec, memory_order_acquire);
	return nsec_between((struct nsec){ sampled }, explain->asked).count <=
	       nsec_from_msec(FRESH_MSEC).count;
}

static int on_look(sd_event_source *timer, uint64_t usec, void *context)
{
	struct explain *explain = context;
	/* By inode: the group may have been removed, and its node with it. */
	const struct node *node = tree_find_inode(&explain->supervisor->tree, explain->inode);
	struct nsec end = nsec_after(explain->asked, nsec_from_msec(EXPLAIN_WAIT_MSEC));

	(void)usec;
	if (node && !is_fresh(explain, node) && !nsec_reached(clock_now(), end)) {
		int ret = sd_event_source_set_time_relative(timer, LOOK_USEC);

		return ret < 0 ? ret : sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
	}
	explain->done(explain->context, node ? explain_now(explain->supervisor, node) : NULL);
	explain_cancel(explain);
	return 0;
}

int explain_begin(struct supervisor *supervisor, const struct node *node, explain_done *done,
		  void *context, struct explain **ret_explain)
{
	struct explain *explain = memory_new(sizeof(*explain));
	int ret;

	*explain = (struct explain){
		.supervisor = supervisor,
		.inode = node->inode,
		.asked = clock_now(),
		.done = done,
		.context = context,
	};
	ret = sd_event_add_time_relative(supervisor->event, &explain->timer, CLOCK_MONOTONIC,
					 LOOK_USEC, LOOK_ACCURACY_USEC, on_look, explain);
	if (ret >= 0)
		ret = sd_event_source_set_priority(explain->timer, SD_EVENT_PRIORITY_IDLE);
	if (ret < 0) {
		explain_cancel(explain);
		return ret;
	}
	if (!is_fresh(explain, node))
		sampler_request(node->slot);
	*ret_explain = explain;
	return 0;
}
