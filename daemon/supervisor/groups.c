/* See groups.h. */
#include "supervisor/groups.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "settings/memory.h"

#define GROUPS_GROW 64

/* A default mutex that is only locked and unlocked in pairs has no error to report (pthread_mutex_lock). */
static void groups_lock(struct groups *groups)
{
	(void)pthread_mutex_lock(&groups->lock);
}

static void groups_unlock(struct groups *groups)
{
	(void)pthread_mutex_unlock(&groups->lock);
}

static void group_copy(const struct groups *groups, const struct group *group,
		       struct group_view *ret_view)
{
	*ret_view = (struct group_view){
		.inode = group->inode,
		.slot = group->slot,
		.generation = group->generation,
		.role = group->role,
		.inherited_from = group->inherited_from,
	};
	strcpy(ret_view->policy, group->policy);
	strcpy(ret_view->refusal, group->refusal);
	/* A path past PATH_MAX is not found by discover.c, so nothing is ever cut here. */
	(void)snprintf(ret_view->directory, sizeof(ret_view->directory), "%s%s", groups->mount,
		       group->path);
	text_escape(group->path, ret_view->label, sizeof(ret_view->label));
}

int groups_view(struct groups *groups, size_t index, struct group_view *ret_view)
{
	int ret = -ENOENT;

	groups_lock(groups);
	if (index < groups->count) {
		group_copy(groups, &groups->list[index], ret_view);
		ret = 0;
	}
	groups_unlock(groups);
	return ret;
}

int groups_view_slot(struct groups *groups, uint32_t slot, uint32_t generation,
		     struct group_view *ret_view)
{
	int ret = -ENOENT;

	groups_lock(groups);
	for (size_t i = 0; i < groups->count && ret < 0; i++) {
		const struct group *group = &groups->list[i];

		if (group->slot != slot || group->generation != generation)
			continue;
		group_copy(groups, group, ret_view);
		ret = 0;
	}
	groups_unlock(groups);
	return ret;
}

int groups_view_inode(struct groups *groups, uint64_t inode, struct group_view *ret_view)
{
	int ret = -ENOENT;

	groups_lock(groups);
	for (size_t i = 0; i < groups->count && ret < 0; i++) {
		if (groups->list[i].inode != inode)
			continue;
		group_copy(groups, &groups->list[i], ret_view);
		ret = 0;
	}
	groups_unlock(groups);
	return ret;
}

void groups_init(struct groups *groups, const char *mount)
{
	*groups = (struct groups){ .mount = memory_copy_text(mount) };
	(void)pthread_mutex_init(&groups->lock, NULL); /* a default mutex: cannot fail on Linux */
}

void groups_begin(struct groups *groups)
{
	groups_lock(groups);
	for (size_t i = 0; i < groups->count; i++)
		free(groups->list[i].path);
	groups->count = 0;
}

void groups_put(struct groups *groups, const struct group_entry *entry)
{
	struct group *group;

	if (groups->count == groups->capacity) {
		groups->capacity += GROUPS_GROW + groups->capacity / 2;
		groups->list = memory_grow(groups->list, groups->capacity, sizeof(*groups->list));
	}
	group = &groups->list[groups->count++];
	*group = (struct group){
		.path = memory_copy_text(entry->path),
		.inode = entry->inode,
		.slot = entry->slot,
		.generation = entry->generation,
		.role = entry->role,
		.inherited_from = entry->inherited_from,
	};
	(void)snprintf(group->policy, sizeof(group->policy), "%s", entry->policy);
	(void)snprintf(group->refusal, sizeof(group->refusal), "%s", entry->refusal);
}

void groups_end(struct groups *groups)
{
	groups_unlock(groups);
}
