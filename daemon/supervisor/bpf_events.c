/* The half of bpf.h that listens: ring buffers, and which groups are told of. */
#include <errno.h>

#include <bpf/bpf.h>

#include "supervisor/bpf_object.h"

#define EVENTS_AT_ONCE 4096 /* more than a ring holds; a producer that never rests is left here */

static struct listener {
	struct ring_buffer *ring;
	bpf_notify *notify; /* while events are taken */
	void *context;
	int taken;
} listeners[BPF_PART_COUNT];

/* Negative ends the taking, with this event taken. */
static int pass_on(void *context, void *event, size_t size)
{
	struct listener *listener = context;

	(void)size; /* every event of a ring is of one kind */
	listener->notify(listener->context, event);
	return ++listener->taken < EVENTS_AT_ONCE ? 0 : -EAGAIN;
}

static struct bpf_map *ring_of(enum bpf_part part)
{
	struct oomhandlerd_bpf *object = bpf_object(part);

	if (!object)
		return NULL;
	return part == BPF_PART_TREE ? object->maps.group_events : object->maps.process_events;
}

static struct listener *listener_of(enum bpf_part part)
{
	struct listener *listener = &listeners[part];
	struct bpf_map *map = ring_of(part);

	if (!listener->ring && map)
		listener->ring = ring_buffer__new(bpf_map__fd(map), pass_on, listener, NULL);
	return listener->ring ? listener : NULL;
}

int bpf_events_fd(enum bpf_part part)
{
	const struct listener *listener = listener_of(part);

	return listener ? ring_buffer__epoll_fd(listener->ring) : -ENOENT;
}

int bpf_events_take(enum bpf_part part, bpf_notify *notify, void *context)
{
	struct listener *listener = listener_of(part);
	int ret;

	if (!listener)
		return -ENOENT;
	listener->notify = notify;
	listener->context = context;
	listener->taken = 0;
	ret = ring_buffer__consume(listener->ring);
	return ret < 0 && ret != -EAGAIN ? ret : 0;
}

uint64_t bpf_events_lost(enum bpf_part part)
{
	const struct oomhandlerd_bpf *object = bpf_object(part);

	if (!object)
		return 0;
	return part == BPF_PART_TREE ? object->bss->group_events_lost
				     : object->bss->process_events_lost;
}

int bpf_watch_group(uint64_t inode, uint32_t slot)
{
	struct oomhandlerd_bpf *object = bpf_object(BPF_PART_LIFECYCLE);
	const uint32_t untold = 0;
	int ret;

	if (!object)
		return -ENOENT;
	ret = bpf_map_update_elem(bpf_map__fd(object->maps.told), &slot, &untold, BPF_ANY);
	return ret < 0 ? ret
		       : bpf_map_update_elem(bpf_map__fd(object->maps.watched), &inode, &slot,
					     BPF_ANY);
}

void bpf_drop_group(uint64_t inode)
{
	struct oomhandlerd_bpf *object = bpf_object(BPF_PART_LIFECYCLE);

	if (object) /* not there is as good */
		(void)bpf_map_delete_elem(bpf_map__fd(object->maps.watched), &inode);
}

void bpf_answer_group(uint64_t inode)
{
	struct oomhandlerd_bpf *object = bpf_object(BPF_PART_LIFECYCLE);
	const uint32_t untold = 0;
	uint32_t slot;

	/* Dropped meanwhile: nobody is told of it any more. */
	if (object && bpf_map_lookup_elem(bpf_map__fd(object->maps.watched), &inode, &slot) == 0)
		(void)bpf_map_update_elem(bpf_map__fd(object->maps.told), &slot, &untold, BPF_ANY);
}
