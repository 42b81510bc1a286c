/*
 * The level: is a group under OOM, and whose limit is it? The eventfds are hints that can be lost or
 * name the wrong group (KERNEL.md K4); what the kernel's files say is the truth, and it is read
 * child first, ancestors after, because the kernel marks and unmarks from the top down.
 */
#pragma once

#include "handler/handler.h"

/* Present numbers of one group. */
struct gauges {
	struct oom_level level;
	uint64_t usage;
	uint64_t limit;
	uint64_t failcnt;
	/* Of memory and swap together; without swap accounting: nothing used, no limit, no failures. */
	uint64_t memsw_usage;
	uint64_t memsw_limit;
	uint64_t memsw_failcnt;
};

enum level_verdict {
	LEVEL_CALM, /* nobody sleeps */
	LEVEL_OWN, /* this group's own limit: its killer is ours */
	LEVEL_ABOVE, /* a limit of an armed ancestor */
	LEVEL_FOREIGN, /* an ancestor whose killer was not switched off by us */
	LEVEL_DOUBTFUL, /* readings do not fit together yet: look again shortly */
	LEVEL_GONE, /* the group does not exist any more */
};

/**
 * level_gauges() - read everything about one group
 *
 * Context: loop; seven preads, four without swap accounting.
 * Errors:  -ENODEV when the group is gone, -ESRCH when its descriptors are not here.
 */
int level_gauges(const struct handler *handler, uint32_t slot, struct gauges *ret_gauges);

/**
 * level_find() - whose limit keeps tasks of @slot asleep?
 * @ret_slot: the slot whose limit it is, for LEVEL_OWN, LEVEL_ABOVE and LEVEL_FOREIGN
 *
 * Context: loop; one look at the group and one at each ancestor.
 */
enum level_verdict level_find(const struct handler *handler, uint32_t slot, uint32_t *ret_slot);

/*
 * Is the counter of memory and swap the one that is full? It is charged first (try_charge_memcg,
 * mm/memcontrol.c, 6.18); and where both limits are equal, as Docker sets them, neither failcnt moves.
 */
bool level_memsw_is_full(const struct gauges *gauges);

/* Charges refused so far by either counter. */
static inline uint64_t level_refused(const struct gauges *gauges)
{
	return gauges->failcnt + gauges->memsw_failcnt;
}

/* Does an armed ancestor's OOM keep tasks of @slot asleep? That one is ended first. */
bool level_is_above(const struct handler *handler, uint32_t slot);

/* Is @slot @ancestor itself or below it? Bounded by HANDLER_DEPTH. */
bool level_below(const struct handler *handler, uint32_t slot, uint32_t ancestor);

/* Kills of the kernel's killer in the whole subtree: v1 counts each in the victim's own group. */
uint64_t level_kills(const struct handler *handler, uint32_t slot);

/* Is there room for a few charges on every counter? Then a sleeper is one whose wake-up got lost. */
bool level_has_margin(const struct handler *handler, uint32_t slot);

/* Can no ancestor of @slot take one more batch of charges? */
bool level_parent_full(const struct handler *handler, uint32_t slot);
