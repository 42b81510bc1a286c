/* See reading.h. */
#include "supervisor/reading.h"

#include <errno.h>

#include "supervisor/members.h"

#define MEMBERS_MAX 65536 /* of one group in one sampling */

struct reading {
	struct processes *processes;
	struct processes_place place;
	uint32_t count;
	uint32_t missed;
	bool any_new; /* a second list has to confirm them */
};

static void meet(void *context, uint64_t pid)
{
	struct reading *reading = context;
	int ret = -ERANGE;

	if (pid > 0 && pid <= INT32_MAX && reading->count++ < MEMBERS_MAX)
		ret = processes_meet(reading->processes, (uint32_t)pid, reading->place,
				     &reading->any_new);
	if (ret < 0 && ret != -ESRCH)
		reading->missed++;
}

/* Who stands in the second list alone was counted with the first one, or is younger than the sampling. */
static void confirm(void *context, uint64_t pid)
{
	struct reading *reading = context;

	if (pid > 0 && pid <= INT32_MAX)
		processes_confirm(reading->processes, (uint32_t)pid, reading->place);
}

int reading_take(struct processes *processes, struct groups *groups, struct processes_place place,
		 uint32_t *ret_missed)
{
	struct reading reading = { .processes = processes, .place = place };
	struct group_view view;
	int ret = groups_view_slot(groups, place.slot, place.slot_generation, &view);

	if (ret == 0)
		ret = members_visit(&view, meet, &reading);
	if (ret == 0 && reading.any_new)
		ret = members_visit(&view, confirm, &reading);
	if (ret == 0)
		processes_sweep(processes, place);
	else
		processes_drop_met(processes, place);
	*ret_missed = reading.missed;
	return ret;
}
