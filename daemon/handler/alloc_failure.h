/*
 * Charges that fail for good and put nobody to sleep (KERNEL.md K7): a write(2), a fork, a socket that gets
 * ENOMEM. No event comes and under_oom stays 0, so a rising failcnt is all there is to notice. It is
 * counted, and then reported or, when the policy says so, taken for an OOM.
 */
#pragma once

#include "handler/handler.h"

struct gauges;

/**
 * alloc_failure_look() - one look at an armed group that is calm
 *
 * Context: loop; asks the sampler for memory.stat where charges were refused near the limit.
 * Return:  true when an episode is to be begun for it.
 */
bool alloc_failure_look(struct handler *handler, uint32_t slot, const struct gauges *gauges);

/* Can reclaim give nothing back that would let a charge succeed? Of a group that does not swap. */
bool alloc_failure_is_hopeless(const struct facts_memory *memory, const struct gauges *gauges);
