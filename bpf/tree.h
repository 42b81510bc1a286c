/*
 * Groups of the memory hierarchy that are made, removed and renamed. When one is told of as made it may
 * not stand in its parent's directory yet: the tracepoint comes before kernfs_activate() (kernel/cgroup/cgroup.c,
 * cgroup_mkdir(), v6.12).
 */
#pragma once

#include "process.h"
#include "shared/kernel_event.h"

#define TREE_EVENTS_BYTES 65536 /* of 32 bytes each with the kernel's header: 2048 */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, TREE_EVENTS_BYTES);
} group_events SEC(".maps");

uint64_t group_events_lost;

static __always_inline void tell_tree(enum group_event_kind kind, struct cgroup *group)
{
	struct group_event event = { .kind = kind, .inode = group->kn->id };

	if (group->root->hierarchy_id != hierarchy)
		return;
	event.parent = BPF_CORE_READ(group, self.parent, cgroup, kn, id);
	if (bpf_ringbuf_output(&group_events, &event, sizeof(event), 0) < 0)
		__sync_fetch_and_add(&group_events_lost, 1);
}

SEC("?tp_btf/cgroup_mkdir")
int BPF_PROG(on_made, struct cgroup *group)
{
	tell_tree(GROUP_EVENT_MADE, group);
	return 0;
}

SEC("?tp_btf/cgroup_rmdir")
int BPF_PROG(on_removed, struct cgroup *group)
{
	tell_tree(GROUP_EVENT_REMOVED, group);
	return 0;
}

SEC("?tp_btf/cgroup_rename")
int BPF_PROG(on_renamed, struct cgroup *group)
{
	tell_tree(GROUP_EVENT_RENAMED, group);
	return 0;
}
