/* See group_owner.h. */
#include "handler/group_owner.h"

#include "handler/handler.h"

bool group_owner_is(const struct group_owner *owner, const struct episode *episode)
{
	return owner->taken && episode->slot == owner->slot &&
	       episode->trigger.count == owner->trigger.count;
}

static bool is_at_it(const struct handler *handler, const struct group_owner *owner)
{
	const struct episode *episode = owner->taken ? handler->slots[owner->slot].episode : NULL;

	return episode && group_owner_is(owner, episode) && episode->phase == EPISODE_STEP &&
	       episode->step_begun && episode->policy.step[episode->step].kind == STEP_KILL_GROUP;
}

bool group_owner_change(const struct handler *handler, const struct episode *episode,
			struct group_owner *owner)
{
	if (group_owner_is(owner, episode) || is_at_it(handler, owner))
		return false;
	*owner = (struct group_owner){ .taken = true,
				       .slot = episode->slot,
				       .trigger = episode->trigger };
	return true;
}
