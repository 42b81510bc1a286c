/* See tree_events.h. */
#include "supervisor/tree_events.h"

#include <fcntl.h>

#include "base/io.h"
#include "supervisor/bpf.h"
#include "supervisor/watch.h"

/* The first may come too early for the last of the lost events: its group was still being made. */
#define WALKS_AFTER_LOSS 2

int tree_events_open(struct tree *tree, struct tree_listener listener,
		     struct tree_events *ret_events)
{
	struct tree_events events = {
		.tree = tree,
		.listener = listener,
		.source = TREE_SOURCE_KERNEL,
		.fd = bpf_events_fd(BPF_PART_TREE),
		.walks_owed = WALKS_AFTER_LOSS, /* all that was before us is lost */
	};

	if (events.fd < 0) {
		events.source = TREE_SOURCE_WATCHES;
		events.fd = watch_open();
	}
	if (events.fd < 0)
		return events.fd;
	*ret_events = events;
	return 0;
}

void tree_events_attend(struct tree_events *events, struct node *node, int mount)
{
	int fd, watch;

	if (events->source != TREE_SOURCE_WATCHES || node->watch >= 0)
		return;
	fd = tree_open(node, mount, O_PATH);
	if (fd < 0)
		return; /* gone again: the removal is seen by the parent's watch */
	watch = watch_add(events->fd, fd);
	io_close(&fd);
	if (watch < 0)
		events->watch_error = watch;
	else if (!tree_find_watch(events->tree, watch))
		tree_set_watch(events->tree, node, watch);
}

/* All events of a batch are older than its first look. */
static void directory_look(void *context, struct node *directory)
{
	struct tree_events *events = context;

	if (directory->batch == events->batch)
		return;
	directory->batch = events->batch;
	events->listener.look(events->listener.context, directory);
}

static void watch_notified(void *context, enum watch_event event, int watch)
{
	struct tree_events *events = context;
	struct node *node = tree_find_watch(events->tree, watch);

	switch (event) {
	case WATCH_CHANGED:
		if (node)
			directory_look(events, node);
		break;
	case WATCH_ENDED:
		if (node)
			tree_set_watch(events->tree, node, -1);
		break;
	case WATCH_OVERFLOW:
		events->lost = true;
		break;
	}
}

static void walks_owe(struct tree_events *events, uint32_t walks)
{
	if (events->walks_owed < walks)
		events->walks_owed = walks;
}

static void announced_look_again(struct tree_events *events, struct nsec now)
{
	events->batch++;
	if (announced_follow(&events->announced, events->tree, now, directory_look, events) > 0)
		walks_owe(events, 1);
}

struct turn {
	struct tree_events *events;
	struct nsec now;
};

static void group_notified(void *context, const void *event)
{
	struct turn *turn = context;
	struct tree_events *events = turn->events;

	if (announced_note(&events->announced, event))
		return;
	announced_look_again(events, turn->now);
	if (!announced_note(&events->announced, event))
		walks_owe(events, 1);
}

static int kernel_take(struct tree_events *events, struct nsec now)
{
	struct turn turn = { .events = events, .now = now };
	int ret = bpf_events_take(BPF_PART_TREE, group_notified, &turn);
	uint64_t lost_count = bpf_events_lost(BPF_PART_TREE);

	if (lost_count != events->lost_count) {
		events->lost_count = lost_count;
		events->lost = true;
		walks_owe(events, WALKS_AFTER_LOSS);
	}
	announced_look_again(events, now);
	return ret;
}

int tree_events_take(struct tree_events *events, struct nsec now)
{
	int ret = 0;

	switch (events->source) {
	case TREE_SOURCE_NONE:
		break;
	case TREE_SOURCE_WATCHES:
		events->batch++;
		ret = watch_read(events->fd, watch_notified, events);
		break;
	case TREE_SOURCE_KERNEL:
		ret = kernel_take(events, now);
		break;
	}
	if (ret < 0) {
		events->source = TREE_SOURCE_NONE;
		events->announced.count = 0;
	}
	return ret;
}

struct nsec tree_events_due(const struct tree_events *events)
{
	return announced_due(&events->announced);
}

void tree_events_walked(struct tree_events *events, bool whole)
{
	events->lost = false;
	if (!whole)
		walks_owe(events, 1);
	else if (events->walks_owed > 0)
		events->walks_owed--;
}

bool tree_events_are_complete(const struct tree_events *events)
{
	return events->source == TREE_SOURCE_KERNEL && events->walks_owed == 0;
}
