/* See sampled.h. */
#include "supervisor/sampled.h"

#include <string.h>

#include "supervisor/gauges.h"

#define TREE_DEPTH 64 /* the handler follows as many levels (handler.h) */

void sampled_init(struct sampled *sampled, const struct tables *tables)
{
	memset(sampled, 0, sizeof(*sampled));
	sampled->tables = tables;
}

static enum board_state board_state(const struct sampled *sampled, uint32_t slot)
{
	return atomic_load_explicit(&sampled->tables->outcomes->board[slot].state,
				    memory_order_relaxed);
}

static bool is_armed(const struct sampled *sampled, uint32_t slot, const struct roster_slot *roster)
{
	enum board_state state = board_state(sampled, slot);

	return roster->generation &&
	       atomic_load(&sampled->tables->outcomes->board[slot].held) == roster->generation &&
	       (state == BOARD_ARMED || state == BOARD_EPISODE || state == BOARD_STRANDED);
}

static void slot_copy(struct sampled *sampled, uint32_t slot, const struct roster_slot *roster)
{
	struct sampled_slot *own = &sampled->slots[slot];

	if (own->now.roster.generation != roster->generation) {
		gauges_forget_group(sampled->tables->facts, slot);
		if (own->now.roster.generation)
			own->former = own->now;
		own->now.armed = false;
	}
	own->now.roster = *roster;
	own->now.armed = own->now.armed || is_armed(sampled, slot, roster);
}

void sampled_copy(struct sampled *sampled)
{
	const struct roster *roster = sampled->tables->roster;
	uint32_t used = atomic_load(&roster->slots_used);

	sampled->used = used < ROSTER_SLOTS ? used : ROSTER_SLOTS;
	for (uint32_t i = 0; i < sampled->used; i++) {
		struct roster_slot copy;

		/* Torn only while the main loop is in the middle of writing it: the former copy will do. */
		if (roster_read(roster, i, &copy) == 0)
			slot_copy(sampled, i, &copy);
	}
}

bool sampled_has_members(const struct sampled *sampled, uint32_t slot)
{
	const struct roster_slot *roster = &sampled->slots[slot].now.roster;

	return slot < sampled->used && roster->generation && roster->role != ROSTER_ANCESTOR &&
	       roster->want != ROSTER_WANT_GONE;
}

bool sampled_is_below(const struct sampled *sampled, uint32_t slot, uint32_t top)
{
	for (int depth = 0; depth < TREE_DEPTH && slot < sampled->used; depth++) {
		if (slot == top)
			return true;
		slot = sampled->slots[slot].now.roster.parent;
	}
	return false;
}

bool sampled_in_episode(const struct sampled *sampled, uint32_t slot)
{
	for (int depth = 0; depth < TREE_DEPTH && slot < sampled->used; depth++) {
		enum board_state state = board_state(sampled, slot);

		if (state == BOARD_EPISODE || state == BOARD_STRANDED)
			return true;
		slot = sampled->slots[slot].now.roster.parent;
	}
	return false;
}

const struct sampled_tenant *sampled_tenant_of(const struct sampled *sampled, uint32_t slot,
					       uint32_t generation)
{
	const struct sampled_slot *own = &sampled->slots[slot];

	if (own->now.roster.generation == generation)
		return &own->now;
	return own->former.roster.generation == generation ? &own->former : NULL;
}

const struct sampled_tenant *sampled_above(const struct sampled *sampled,
					   const struct sampled_tenant *tenant)
{
	const struct sampled_slot *above;

	if (tenant->roster.parent >= ROSTER_SLOTS)
		return NULL;
	above = &sampled->slots[tenant->roster.parent];
	if (above->now.roster.generation)
		return &above->now;
	return above->former.roster.generation ? &above->former : NULL;
}

const struct sampled_tenant *sampled_managed(const struct sampled *sampled,
					     const struct sampled_tenant *tenant)
{
	for (int depth = 0; tenant && depth < TREE_DEPTH; depth++) {
		if (tenant->roster.role == ROSTER_MANAGED)
			return tenant;
		tenant = sampled_above(sampled, tenant);
	}
	return NULL;
}

bool sampled_at_ease(const struct sampled *sampled, uint64_t inode)
{
	for (uint32_t i = 0; i < sampled->used; i++) {
		const struct roster_slot *roster = &sampled->slots[i].now.roster;

		if (roster->generation && roster->inode == inode)
			return roster->role == ROSTER_MANAGED && is_armed(sampled, i, roster) &&
			       !sampled_in_episode(sampled, i);
	}
	return false;
}

bool sampled_any_armed(const struct sampled *sampled)
{
	for (uint32_t i = 0; i < sampled->used; i++)
		if (sampled->slots[i].now.armed || sampled->slots[i].former.armed)
			return true;
	return false;
}

bool sampled_is_wanted(const struct sampled *sampled, uint32_t slot)
{
	uint64_t wanted = atomic_load_explicit(&sampled->tables->outcomes->board[slot].wanted_nsec,
					       memory_order_acquire);

	return sampled->slots[slot].now.roster.generation &&
	       wanted > atomic_load_explicit(&sampled->tables->facts->group[slot].sampled_nsec,
					     memory_order_relaxed);
}

void sampled_note(struct sampled *sampled, uint32_t slot, struct nsec start, uint32_t missed)
{
	struct sampled_slot *own = &sampled->slots[slot];

	own->generation = own->now.roster.generation;
	own->own_nsec = start.count;
	own->own_missed = missed;
}

static void fold_up(struct sampled *sampled, uint32_t slot)
{
	const struct sampled_slot *own = &sampled->slots[slot];
	uint64_t nsec = own->generation == own->now.roster.generation ? own->own_nsec : 0;
	uint32_t missed = own->own_missed;

	for (int depth = 0; depth < TREE_DEPTH && slot < sampled->used; depth++) {
		struct sampled_slot *tree = &sampled->slots[slot];

		if (nsec < tree->tree_nsec)
			tree->tree_nsec = nsec;
		tree->tree_missed += missed;
		slot = tree->now.roster.parent;
	}
}

void sampled_publish(struct sampled *sampled)
{
	struct facts *facts = sampled->tables->facts;

	for (uint32_t i = 0; i < sampled->used; i++) {
		sampled->slots[i].tree_nsec = UINT64_MAX;
		sampled->slots[i].tree_missed = 0;
	}
	for (uint32_t i = 0; i < sampled->used; i++)
		if (sampled_has_members(sampled, i))
			fold_up(sampled, i);
	for (uint32_t i = 0; i < sampled->used; i++) {
		const struct sampled_slot *slot = &sampled->slots[i];
		uint64_t nsec = slot->tree_nsec == UINT64_MAX ? 0 : slot->tree_nsec;

		atomic_store_explicit(&facts->group[i].missed, slot->tree_missed,
				      memory_order_relaxed);
		/* release: facts and .missed are visible to whoever sees the time */
		atomic_store_explicit(&facts->group[i].sampled_nsec, nsec, memory_order_release);
	}
}
