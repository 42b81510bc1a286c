/* See pressure.h. */
#include "handler/pressure.h"

#include <errno.h>

#include "handler/action.h"
#include "handler/level.h"
#include "handler/slot.h"

#define PRESSURE_NEAR_SHARE 64
#define PRESSURE_REFUSED_MSEC 1000

static bool is_near(uint64_t usage, uint64_t limit)
{
	uint64_t near = limit / PRESSURE_NEAR_SHARE;

	if (near < bytes_from_mib(1).count)
		near = bytes_from_mib(1).count;
	return usage + near >= limit;
}

bool pressure_is_near(const struct gauges *gauges)
{
	return is_near(gauges->usage, gauges->limit) ||
	       (!limit_is_unlimited(gauges->memsw_limit) &&
		is_near(gauges->memsw_usage, gauges->memsw_limit));
}

bool pressure_is_on(const struct handler *handler, struct episode *episode,
		    const struct gauges *gauges)
{
	if (gauges->level.under_oom || !episode->outcome.by_alloc_failure)
		return gauges->level.under_oom;
	if (level_refused(gauges) != episode->refused_last) {
		episode->refused_last = level_refused(gauges);
		episode->refused_since = handler->now;
	}
	return pressure_is_near(gauges) &&
	       nsec_between(episode->refused_since, handler->now).count <
		       nsec_from_msec(PRESSURE_REFUSED_MSEC).count;
}

void pressure_forget(struct episode *episode)
{
	episode->refused_since = (struct nsec){ 0 };
}

/* An ancestor's comes first, and its episode may choose one of ours: frozen it could not die. */
static void put_off(struct handler *handler, struct episode *episode)
{
	action_thaw(handler, episode->slot);
	episode->calm = handler->now;
	episode->due = action_look_after(handler->now, 0);
	episode->deadline = nsec_after(episode->deadline, nsec_between(handler->now, episode->due));
}

bool pressure_overtaken(struct handler *handler, struct episode *episode, struct gauges *ret_gauges)
{
	struct gauges gauges;
	int ret = level_gauges(handler, episode->slot, &gauges);

	if (ret == -ENODEV || ret == -ESRCH) {
		episode_close(handler, episode, OUTCOME_GROUP_GONE);
		return true;
	}
	if (ret < 0) {
		episode->due = action_look_after(handler->now, 0);
		return true;
	}
	*ret_gauges = gauges;
	if (handler->slots[episode->slot].state != BOARD_EPISODE)
		return false; /* the kernel's already: its step looks for the proof */
	if (!gauges.level.kill_disabled) {
		slot_overrule(handler, episode->slot);
		episode_close(handler, episode, OUTCOME_HANDED_BACK);
		return true;
	}
	if (!gauges.level.under_oom || !level_is_above(handler, episode->slot))
		return false;
	put_off(handler, episode);
	return true;
}
