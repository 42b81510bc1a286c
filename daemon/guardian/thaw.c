/* See thaw.h. */
#include "guardian/thaw.h"

#include <errno.h>

int thaw_group(const struct held_group *group)
{
	int fd = group->knob[KNOB_FREEZER], ret;
	uint64_t frozen;

	if (!group->frozen)
		return 0;
	if (fd < 0)
		return -ENXIO;
	/* What cannot be read is written all the same: nobody is hurt by a thaw too many. */
	if (knob_get(KNOB_FREEZER, fd, &frozen) == 0 && !frozen)
		return 0;
	ret = knob_set(KNOB_FREEZER, fd, 0);
	return ret == -ENODEV ? 0 : ret;
}
