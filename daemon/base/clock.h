/*
 * The one clock: CLOCK_MONOTONIC. It stands still while the machine is suspended and does not jump when
 * somebody sets the time, so a deadline is never missed or met by accident.
 */
#pragma once

#include <time.h>

#include "base/units.h"

/* Cannot fail: the clock exists on every kernel we run on, and the pointer is ours. */
static inline struct nsec clock_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (struct nsec){ .count =
				      (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec };
}
