/*
 * The roll call for kernels that cannot walk a group (5.8 to 6.9): this program is shown every task of the
 * host, one after the other, and picks those of the subtree. A thread of a process whose leader has
 * exited stands for it, so such a process may be listed more than once.
 */
#pragma once

#include "group.h"
#include "process.h"

static __always_inline struct kernfs_node *node_above(struct kernfs_node *node)
{
	if (bpf_core_field_exists(struct kernfs_node, parent))
		return BPF_CORE_READ(node, parent);
	return BPF_CORE_READ((struct kernfs_node___new *)node, __parent);
}

static __always_inline bool is_below(struct kernfs_node *node, uint64_t top)
{
	for (int depth = 0; depth < ROLL_DEPTH && node; depth++) {
		if (BPF_CORE_READ(node, id) == top)
			return true;
		node = node_above(node);
	}
	return false;
}

static __always_inline void call_end(struct roll *answer)
{
	answer->answer.complete = 1;
	answer->answer.number = answer->question.number;
}

static __always_inline void call_member(struct roll *answer, struct task_struct *task,
					struct kernfs_node *node)
{
	struct task_struct *leader = task->group_leader;
	struct mm_struct *mm = task->mm;
	struct roll_task *out = roll_place(answer, mm ? process_pages(mm) : 0);

	if (!out)
		return;
	process_begin(out, leader, BPF_CORE_READ(node, id));
	out->live = task->pid;
	if (is_waiting_in_oom(task))
		flag_set(out, FACT_ASLEEP);
	if (task != leader)
		flag_set(out, FACT_ZOMBIE_LEADER);
	if (mm)
		process_finish(answer, out, mm, task->signal);
	else if (!(task->flags & PF_KTHREAD))
		flag_set(out, FACT_DYING);
}

#define LOOK_BACK 64

/*
 * The entry of a process that has been met. Tasks come by number, so that was a short while ago; where
 * numbers have begun anew in between, or the process has very many threads, it is not found.
 */
static __always_inline struct roll_task *find_listed(struct roll *answer, uint32_t pid)
{
	for (uint32_t back = 1; back <= LOOK_BACK; back++) {
		uint32_t at = answer->answer.listed - back;

		if (at >= ROLL_TASKS)
			break;
		if (answer->task[at & (ROLL_TASKS - 1)].pid == pid)
			return &answer->task[at & (ROLL_TASKS - 1)];
	}
	return NULL;
}

/* Another thread of a process that is listed. Return: false, it stands for the process itself. */
static __always_inline bool is_other_thread(struct roll *answer, struct task_struct *task)
{
	struct roll_task *listed;

	if (task->pid == task->tgid)
		return false;
	listed = find_listed(answer, task->tgid);
	if (listed && is_waiting_in_oom(task))
		flag_set(listed, FACT_ASLEEP);
	return listed;
}

/* Who stands for its process: the leader while it has its memory, else each thread that has. */
static __always_inline bool stands_for_process(struct task_struct *task)
{
	if (task->pid == task->tgid)
		return task->mm || task->flags & PF_KTHREAD;
	return task->mm && !task->group_leader->mm;
}

SEC("?iter/task")
int roll_iter(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	uint32_t zero = 0;
	struct roll *answer = bpf_map_lookup_elem(&roll, &zero);
	struct kernfs_node *node;

	if (!answer)
		return 0;
	if (context->meta->seq_num == 0)
		answer_begin(answer);
	if (!task) {
		call_end(answer);
		return 0;
	}
	if (is_other_thread(answer, task) || !stands_for_process(task))
		return 0;
	node = memory_node(task);
	if (is_below(node, answer->question.inode))
		call_member(answer, task, node);
	return 0;
}
