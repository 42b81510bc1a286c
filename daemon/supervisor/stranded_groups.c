/* See stranded_groups.h. */
#include "supervisor/stranded_groups.h"

#include <string.h>

#include "base/ring.h"

/* From the main loop to the sampler. A full ring loses a group: its sleepers may then not be found. */
static struct {
	struct ring ring;
	uint64_t inodes[STRANDED_GROUPS];
} removed;

void stranded_groups_init(struct stranded_groups *groups, const struct sampled *sampled)
{
	memset(groups, 0, sizeof(*groups));
	groups->sampled = sampled;
}

void stranded_group_gone(uint64_t inode)
{
	uint32_t index;

	if (!ring_reserve(&removed.ring, STRANDED_GROUPS, &index))
		return;
	removed.inodes[index] = inode;
	ring_publish(&removed.ring);
}

static enum stranded_claim claim_of(const struct sampled *sampled, uint64_t inode)
{
	const struct sampled_tenant *tenant = sampled_tenant_find(sampled, inode);
	const struct sampled_tenant *managed = tenant ? sampled_managed(sampled, tenant) : NULL;

	if (!managed)
		return STRANDED_FOREIGN;
	return sampled_enforces(sampled, managed) ? STRANDED_KILLED : STRANDED_REPORTED;
}

bool stranded_groups_take(struct stranded_groups *groups, uint64_t *ret_inode)
{
	enum stranded_claim claim;
	uint32_t index, at;

	if (!ring_peek(&removed.ring, STRANDED_GROUPS, &index))
		return false;
	*ret_inode = removed.inodes[index];
	ring_release(&removed.ring);
	claim = claim_of(groups->sampled, *ret_inode);
	if (claim != STRANDED_FOREIGN) {
		at = groups->count++ % STRANDED_GROUPS;
		groups->list[at].inode = *ret_inode;
		groups->list[at].claim = claim;
	}
	return true;
}

static const enum stranded_claim *find(const struct stranded_groups *groups, uint64_t inode)
{
	for (uint32_t i = 0; i < STRANDED_GROUPS; i++)
		if (groups->list[i].inode == inode && groups->list[i].claim != STRANDED_FOREIGN)
			return &groups->list[i].claim;
	return NULL;
}

bool stranded_groups_has(const struct stranded_groups *groups, uint64_t inode)
{
	return find(groups, inode);
}

/* The kernel may know of a removal before the main loop does, or it was while there was no supervisor. */
enum stranded_claim stranded_groups_claim(const struct stranded_groups *groups, uint64_t inode)
{
	const enum stranded_claim *noted = find(groups, inode);

	return noted ? *noted : claim_of(groups->sampled, inode);
}
