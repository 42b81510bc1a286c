/*
 * The gauges: how a group's memory is made up, and how much the host has left. Nobody waits for them:
 * the sampler reads a group's after the facts about its processes have been told.
 *
 * Context: sampler thread.
 */
#pragma once

#include "shared/facts.h"
#include "supervisor/groups.h"

/**
 * gauges_read_group() - memory.stat and the kernel's own use of a managed group, into the facts
 *
 * memory.stat flushes the kernel's per-processor counters: 40 µs on an idle host with two processors, and
 * as long as the flush of others takes on a busy one. Hence never before an answer to the handler.
 *
 * Errors:  as view_file_open(), and the negative errno of pread; the former values stay.
 */
int gauges_read_group(struct facts *facts, const struct group_view *view);

/* The slot has a new tenant: what is known is about the former one. */
void gauges_forget_group(struct facts *facts, uint32_t slot);

/**
 * gauges_read_host() - MemAvailable, into the facts
 *
 * Errors:  the negative errno of open and pread, -EBADMSG when the line is missing; the former value stays,
 *          and grows old.
 */
int gauges_read_host(struct facts *facts);
