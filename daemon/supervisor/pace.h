/*
 * How often something may be done whose cost others decide upon: it never takes more than a tenth of the
 * time, whatever they do.
 */
#pragma once

#include "base/clock.h"

#define PACE_REST 9 /* times what it took */

/* When what began at @start, and has just ended, may be done again: after @least at the earliest. */
static inline struct nsec pace_after(struct nsec start, struct nsec least)
{
	struct nsec now = clock_now();
	struct nsec rest = { PACE_REST * nsec_between(start, now).count };

	return nsec_after(now, rest.count < least.count ? least : rest);
}
