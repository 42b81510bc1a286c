/* See stranded_groups.h. */
#include "supervisor/stranded_groups.h"

#include <string.h>

#include "base/ring.h"

/* From the main loop to the sampler. A full ring loses a group: its sleepers are then left alone. */
static struct {
	struct ring ring;
	struct stranded_group groups[STRANDED_GROUPS];
} removed;

void stranded_groups_init(struct stranded_groups *groups)
{
	memset(groups, 0, sizeof(*groups));
}

void stranded_group_gone(uint64_t inode, enum stranded_claim claim)
{
	uint32_t index;

	if (!ring_reserve(&removed.ring, STRANDED_GROUPS, &index))
		return;
	removed.groups[index] = (struct stranded_group){ .inode = inode, .claim = claim };
	ring_publish(&removed.ring);
}

bool stranded_groups_take(struct stranded_groups *groups, struct stranded_group *ret_group)
{
	uint32_t index;

	if (!ring_peek(&removed.ring, STRANDED_GROUPS, &index))
		return false;
	*ret_group = removed.groups[index];
	ring_release(&removed.ring);
	if (ret_group->claim != STRANDED_FOREIGN)
		groups->list[groups->count++ % STRANDED_GROUPS] = *ret_group;
	return true;
}

enum stranded_claim stranded_groups_claim(const struct stranded_groups *groups, uint64_t inode)
{
	for (uint32_t i = 0; i < STRANDED_GROUPS; i++)
		if (groups->list[i].inode == inode)
			return groups->list[i].claim;
	return STRANDED_FOREIGN; /* as an empty place is */
}
