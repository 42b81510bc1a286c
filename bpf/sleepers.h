/*
 * One look at every task of the host: who waits for the end of an OOM, and for which group. A sleeper that
 * was moved still waits for its former group; where that was removed, nobody else tells of it.
 */
#pragma once

#include "group.h"
#include "shared/sleepers.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, uint32_t);
	__type(value, struct sleepers);
} sleepers SEC(".maps");

static __always_inline void sleeper_note(struct sleepers *all, struct task_struct *task)
{
	struct mem_cgroup *group = task->memcg_in_oom;
	uint32_t at = all->total++;
	struct sleeper *out = &all->list[at & (SLEEPERS_MAX - 1)];

	if (at >= SLEEPERS_MAX)
		return;
	__builtin_memset(out, 0, sizeof(*out));
	out->pid = task->tgid;
	out->thread = task->pid;
	out->start_nsec = task->group_leader->start_boottime;
	out->waits_for = BPF_CORE_READ(group, css.cgroup, kn, id);
	out->lives_in = memory_inode(task);
	out->removed = !(BPF_CORE_READ(group, css.flags) & CSS_ONLINE);
	(void)bpf_probe_read_kernel(out->comm, sizeof(out->comm), task->group_leader->comm);
}

SEC("?syscall")
int sleepers_look(void *unused)
{
	uint32_t zero = 0;
	struct sleepers *all = bpf_map_lookup_elem(&sleepers, &zero);
	struct bpf_iter_task iter;
	struct task_struct *task;
	int ret;

	(void)unused;
	if (!all)
		return -EINVAL;
	all->complete = all->total = all->tasks = 0;
	bpf_rcu_read_lock();
	ret = bpf_iter_task_new(&iter, NULL, BPF_TASK_ITER_ALL_THREADS);
	if (ret == 0) {
		while ((task = bpf_iter_task_next(&iter))) {
			all->tasks++;
			if (task->memcg_in_oom)
				sleeper_note(all, task);
		}
	}
	bpf_iter_task_destroy(&iter);
	bpf_rcu_read_unlock();
	all->error = ret;
	all->complete = ret == 0;
	return 0;
}
