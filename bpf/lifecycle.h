/*
 * Births, deaths, moves and new programs of processes in watched groups. Each costs its process some
 * hundred nanoseconds (make bench), so of a group that was told of nothing more is said until somebody
 * has looked.
 */
#pragma once

#include "group.h"
#include "process.h"
#include "shared/kernel_event.h"

#define LIFECYCLE_EVENTS_BYTES 65536 /* of 24 bytes each with the kernel's header: 2730 */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GROUP_WATCHES);
	__type(key, uint64_t); /* inode */
	__type(value, uint32_t); /* slot */
} watched SEC(".maps");

/*
 * By slot, 1: an event is out that nobody has answered yet. Not in the map above: an element of a hash
 * map that is written anew can be another group's by the time a program that found it writes to it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, GROUP_WATCHES);
	__type(key, uint32_t);
	__type(value, uint32_t);
} told SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, LIFECYCLE_EVENTS_BYTES);
} process_events SEC(".maps");

uint64_t process_events_lost;

static __always_inline void tell_process(enum process_event_kind kind, uint64_t inode, uint32_t pid)
{
	const struct process_event event = { .kind = kind, .pid = pid, .inode = inode };

	if (bpf_ringbuf_output(&process_events, (void *)&event, sizeof(event), 0) < 0)
		__sync_fetch_and_add(&process_events_lost, 1);
}

/* Two at once may both find that nothing was told: then it is told twice. */
static __always_inline void tell_group(uint64_t inode)
{
	uint32_t *slot = bpf_map_lookup_elem(&watched, &inode);
	uint32_t *is_told = slot ? bpf_map_lookup_elem(&told, slot) : NULL;

	if (!is_told || *is_told)
		return;
	*is_told = 1;
	tell_process(PROCESS_EVENT_GROUP, inode, 0);
}

SEC("?tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	(void)parent;
	if (child->pid == child->tgid)
		tell_group(memory_inode(child));
	return 0;
}

SEC("?tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	if (task->signal->live.counter == 0)
		tell_group(memory_inode(task));
	return 0;
}

SEC("?tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task)
{
	uint64_t inode = memory_inode(task);

	if (bpf_map_lookup_elem(&watched, &inode))
		tell_process(PROCESS_EVENT_EXEC, inode, task->tgid);
	return 0;
}

SEC("?tp_btf/cgroup_attach_task")
int BPF_PROG(on_move, struct cgroup *group, const char *path, struct task_struct *task)
{
	(void)path;
	if (group->root->hierarchy_id != hierarchy || task->pid != task->tgid)
		return 0;
	tell_group(group->kn->id);
	tell_process(PROCESS_EVENT_MOVED, group->kn->id, task->tgid);
	return 0;
}
