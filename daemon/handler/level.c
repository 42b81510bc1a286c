/* See level.h. */
#include "handler/level.h"

#include <errno.h>

/*
 * A charge takes up to 64 pages at once (MEMCG_CHARGE_BATCH, mm/memcontrol.c, 6.18) and falls back to
 * single pages: a counter with less room than that counts as full.
 */
#define LEVEL_FULL_BYTES (64 * 4096ULL)
/* With this much room a sleeping fault could go on at once: it needs a page and its page tables. */
#define LEVEL_MARGIN_BYTES (16 * 4096ULL)

static const struct group_seat *seat_of(const struct handler *handler, uint32_t slot)
{
	return adopt_group(&handler->adopt, slot, handler->slots[slot].roster.generation);
}

static uint64_t room(uint64_t usage, uint64_t limit)
{
	return limit > usage ? limit - usage : 0;
}

static int memsw_read(const struct group_seat *seat, struct gauges *gauges)
{
	int ret;

	gauges->memsw_limit = UINT64_MAX;
	if (seat->fd[GROUP_MEMSW_LIMIT] < 0 || seat->fd[GROUP_MEMSW_USAGE] < 0 ||
	    seat->fd[GROUP_MEMSW_FAILCNT] < 0)
		return 0;
	ret = gauge_read(seat->fd[GROUP_MEMSW_FAILCNT], &gauges->memsw_failcnt);
	if (ret == 0)
		ret = gauge_read(seat->fd[GROUP_MEMSW_USAGE], &gauges->memsw_usage);
	if (ret == 0)
		ret = gauge_read(seat->fd[GROUP_MEMSW_LIMIT], &gauges->memsw_limit);
	return ret;
}

static int gauges_read(const struct group_seat *seat, struct gauges *gauges)
{
	int ret = oom_level_read(seat->fd[GROUP_OOM_CONTROL], &gauges->level);

	if (ret == 0)
		ret = gauge_read(seat->fd[GROUP_FAILCNT], &gauges->failcnt);
	if (ret == 0)
		ret = gauge_read(seat->fd[GROUP_USAGE], &gauges->usage);
	if (ret == 0)
		ret = gauge_read(seat->fd[GROUP_LIMIT], &gauges->limit);
	if (ret == 0)
		ret = memsw_read(seat, gauges);
	return ret;
}

int level_gauges(const struct handler *handler, uint32_t slot, struct gauges *ret_gauges)
{
	const struct group_seat *seat = seat_of(handler, slot);
	struct gauges gauges = { 0 };
	int ret = seat ? gauges_read(seat, &gauges) : -ESRCH;

	if (ret == 0)
		*ret_gauges = gauges;
	return ret;
}

static bool is_full(const struct gauges *gauges)
{
	return room(gauges->usage, gauges->limit) < LEVEL_FULL_BYTES;
}

bool level_memsw_is_full(const struct gauges *gauges)
{
	return room(gauges->memsw_usage, gauges->memsw_limit) < LEVEL_FULL_BYTES;
}

/* Is it this group's own limit? A counter is full and has refused a charge since the last calm look. */
static bool own_limit_refused(const struct slot *slot, const struct gauges *gauges)
{
	return level_memsw_is_full(gauges) || (gauges->failcnt != slot->failcnt && is_full(gauges));
}

/* The highest ancestor that is under OOM: under_oom reaches from the limit's group down, never up. */
static uint32_t topmost_above(const struct handler *handler, uint32_t slot,
			      struct oom_level *ret_level)
{
	uint32_t found = ROSTER_NO_SLOT;
	uint32_t at = handler->slots[slot].roster.parent;

	for (int depth = 0; depth < HANDLER_DEPTH && at < ROSTER_SLOTS; depth++) {
		const struct group_seat *seat = seat_of(handler, at);
		struct oom_level level;

		if (!handler->slots[at].roster.generation)
			break; /* not met yet: its parent is not known either */
		if (seat && oom_level_read(seat->fd[GROUP_OOM_CONTROL], &level) == 0 &&
		    level.under_oom) {
			found = at;
			*ret_level = level;
		}
		at = handler->slots[at].roster.parent;
	}
	return found;
}

static enum level_verdict verdict_above(const struct handler *handler, uint32_t above,
					const struct oom_level *level)
{
	uint32_t state = handler->slots[above].state;

	if (handler->slots[above].roster.role == ROSTER_MANAGED &&
	    (state == BOARD_ARMED || state == BOARD_EPISODE))
		return LEVEL_ABOVE;
	/* With the kernel's killer on, under_oom is raised only for the moment of the kill. */
	return level->kill_disabled ? LEVEL_FOREIGN : LEVEL_DOUBTFUL;
}

enum level_verdict level_find(const struct handler *handler, uint32_t slot, uint32_t *ret_slot)
{
	const struct slot *self = &handler->slots[slot];
	struct oom_level above_level;
	struct gauges gauges;
	enum level_verdict verdict;
	uint32_t above;
	int ret = level_gauges(handler, slot, &gauges);

	if (ret < 0)
		return ret == -ENODEV || ret == -ESRCH ? LEVEL_GONE : LEVEL_DOUBTFUL;
	if (!gauges.level.under_oom)
		return LEVEL_CALM;
	above = topmost_above(handler, slot, &above_level);
	if (above == ROSTER_NO_SLOT) {
		*ret_slot = slot;
		/* Marks fall from the top down: a lone mark may be what is left of an ancestor's OOM. */
		if (own_limit_refused(self, &gauges))
			return LEVEL_OWN;
		return self->doubts > 0 ? LEVEL_OWN : LEVEL_DOUBTFUL;
	}
	*ret_slot = above;
	verdict = verdict_above(handler, above, &above_level);
	/* Behind a foreign OOM our own limit may be hit as well; that one we can end. */
	if (verdict != LEVEL_ABOVE && own_limit_refused(self, &gauges)) {
		*ret_slot = slot;
		return LEVEL_OWN;
	}
	return verdict;
}

bool level_is_above(const struct handler *handler, uint32_t slot)
{
	struct oom_level level;
	uint32_t above = topmost_above(handler, slot, &level);

	return above != ROSTER_NO_SLOT && verdict_above(handler, above, &level) == LEVEL_ABOVE;
}

bool level_below(const struct handler *handler, uint32_t slot, uint32_t ancestor)
{
	for (int depth = 0; depth < HANDLER_DEPTH && slot < ROSTER_SLOTS; depth++) {
		if (!handler->slots[slot].roster.generation)
			return false;
		if (slot == ancestor)
			return true;
		slot = handler->slots[slot].roster.parent;
	}
	return false;
}

uint64_t level_kills(const struct handler *handler, uint32_t slot)
{
	uint32_t used = atomic_load(&handler->tables.roster->slots_used);
	uint64_t kills = 0;

	for (uint32_t i = 0; i < used && i < ROSTER_SLOTS; i++) {
		const struct group_seat *seat = seat_of(handler, i);
		struct oom_level level;

		if (seat && level_below(handler, i, slot) &&
		    oom_level_read(seat->fd[GROUP_OOM_CONTROL], &level) == 0)
			kills += level.kills;
	}
	return kills;
}

bool level_has_margin(const struct handler *handler, uint32_t slot)
{
	struct gauges gauges;

	if (level_gauges(handler, slot, &gauges) < 0)
		return false;
	return room(gauges.usage, gauges.limit) >= LEVEL_MARGIN_BYTES &&
	       room(gauges.memsw_usage, gauges.memsw_limit) >= LEVEL_MARGIN_BYTES;
}

bool level_parent_full(const struct handler *handler, uint32_t slot)
{
	uint32_t at = handler->slots[slot].roster.parent;

	for (int depth = 0; depth < HANDLER_DEPTH && at < ROSTER_SLOTS; depth++) {
		struct gauges gauges;

		if (!handler->slots[at].roster.generation)
			return false;
		if (level_gauges(handler, at, &gauges) == 0 && is_full(&gauges))
			return true;
		at = handler->slots[at].roster.parent;
	}
	return false;
}
