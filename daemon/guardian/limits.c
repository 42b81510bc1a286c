/* See limits.h. */
#include "guardian/limits.h"

#include <errno.h>

#define TRIES 3 /* each is a full round of the kernel's own reclaim retries */

int limits_set(enum knob knob, int fd, uint64_t value)
{
	int ret = -EBUSY;
	uint64_t now;

	for (int i = 0; i < TRIES && ret == -EBUSY; i++)
		ret = knob_set(knob, fd, value);
	if (ret == 0)
		ret = gauge_read(fd, &now);
	if (ret == 0 && now != value)
		ret = -EIO;
	return ret == -ENODEV ? 0 : ret;
}

static int limit_settle(enum knob knob, int fd, const struct saved *saved)
{
	uint64_t now;
	int ret;

	if (fd < 0)
		return 0;
	ret = gauge_read(fd, &now);
	if (ret < 0)
		return ret == -ENODEV ? 0 : ret;
	return saved_is_lent(saved, knob, now) ? limits_set(knob, fd, saved->found.value[knob]) : 0;
}

/* The limit may never be above that of memory and swap: it goes down first. */
int limits_settle(const struct held_group *group, const struct saved *saved)
{
	int ret = limit_settle(KNOB_LIMIT, group->knob[KNOB_LIMIT], saved);

	if (ret < 0)
		return ret;
	return limit_settle(KNOB_MEMSW_LIMIT, group->knob[KNOB_MEMSW_LIMIT], saved);
}
