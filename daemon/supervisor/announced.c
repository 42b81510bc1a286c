/* See announced.h. */
#include "supervisor/announced.h"

/*
 * From one look to the next, by the number of looks. The first finds it: reading the parent's directory
 * waits for the mkdir that is in it (K21). The others are for a look that failed, for want of
 * descriptors say, and for kernels that do without that lock.
 */
static const uint32_t again_msec[] = { 0, 1, 2, 5, 10, 50 };

#define LOOKS_MAX (sizeof(again_msec) / sizeof(again_msec[0]))

static struct announcement *find(struct announced *announced, size_t count, uint64_t inode)
{
	for (size_t i = 0; i < count; i++)
		if (announced->list[i].event.inode == inode)
			return &announced->list[i];
	return NULL;
}

bool announced_note(struct announced *announced, const struct group_event *event)
{
	struct announcement *place = find(announced, announced->count, event->inode);

	if (!place && announced->count == ANNOUNCED_MAX)
		return false;
	if (!place)
		place = &announced->list[announced->count++];
	*place = (struct announcement){ .event = *event };
	return true;
}

static bool tree_agrees(const struct tree *tree, const struct announcement *announcement)
{
	bool known = tree_find_inode(tree, announcement->event.inode);

	switch ((enum group_event_kind)announcement->event.kind) {
	case GROUP_EVENT_MADE:
		return known;
	case GROUP_EVENT_REMOVED:
		return !known;
	case GROUP_EVENT_RENAMED: /* the event does not know the name */
		return known && announcement->looks > 0;
	}
	return true;
}

enum outlook {
	OUTLOOK_DONE,
	OUTLOOK_AGAIN,
	OUTLOOK_HOPELESS,
};

/* @before: how many stand before it. */
static enum outlook set_due(struct announced *announced, size_t before, const struct tree *tree,
			    struct announcement *announcement, struct nsec now)
{
	const struct announcement *parent;

	if (tree_agrees(tree, announcement))
		return OUTLOOK_DONE;
	if (tree_find_inode(tree, announcement->event.parent)) {
		if (announcement->looks == LOOKS_MAX)
			return OUTLOOK_HOPELESS;
		announcement->due =
			nsec_after(now, nsec_from_msec(again_msec[announcement->looks]));
		return OUTLOOK_AGAIN;
	}
	parent = find(announced, before, announcement->event.parent);
	if (!parent)
		return OUTLOOK_DONE;
	announcement->due = parent->due; /* no look of its own is spent meanwhile */
	return OUTLOOK_AGAIN;
}

static void look_at_due(struct announced *announced, const struct tree *tree, struct nsec now,
			announced_look *look, void *context)
{
	for (size_t i = 0; i < announced->count; i++) {
		struct announcement *announcement = &announced->list[i];
		struct node *directory;

		/* The look for one often finds the next: each is asked for when its turn comes. */
		if (!nsec_reached(now, announcement->due) || tree_agrees(tree, announcement))
			continue;
		directory = tree_find_inode(tree, announcement->event.parent);
		if (!directory)
			continue;
		announcement->looks++;
		look(context, directory);
	}
}

size_t announced_follow(struct announced *announced, const struct tree *tree, struct nsec now,
			announced_look *look, void *context)
{
	size_t kept = 0, given_up = 0;

	look_at_due(announced, tree, now, look, context);
	for (size_t i = 0; i < announced->count; i++) {
		struct announcement announcement = announced->list[i];
		enum outlook outlook = OUTLOOK_AGAIN;

		if (nsec_reached(now, announcement.due))
			outlook = set_due(announced, kept, tree, &announcement, now);
		if (outlook == OUTLOOK_AGAIN)
			announced->list[kept++] = announcement;
		given_up += outlook == OUTLOOK_HOPELESS;
	}
	announced->count = kept;
	return given_up;
}

struct nsec announced_due(const struct announced *announced)
{
	struct nsec due = { .count = UINT64_MAX };

	for (size_t i = 0; i < announced->count; i++)
		if (announced->list[i].due.count < due.count)
			due = announced->list[i].due;
	return due;
}
