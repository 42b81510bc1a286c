/*
 * The roll call of one subtree of groups, for the handler: run by BPF_PROG_TEST_RUN. All it is told and
 * all it says stands in the roll.
 *
 * The group is found by its inode, from the root of the hierarchy down: nothing is remembered between two
 * runs that could name a group that is gone. css_task walks one group, hence the walk over its children.
 */
#pragma once

#include "process.h"

/* What only the threads of a process tell. Not on the stack: see counters_read. */
uint32_t thread_live; /* one that has its memory */
uint32_t thread_flags; /* enum fact_flag */

/* Return: the memory of one that lives, NULL: there is none. */
static __always_inline struct mm_struct *threads_look(struct task_struct *leader)
{
	struct mm_struct *mm = leader->mm;
	struct bpf_iter_task iter;
	struct task_struct *thread;

	if (bpf_iter_task_new(&iter, leader, BPF_TASK_ITER_PROC_THREADS) == 0) {
		while ((thread = bpf_iter_task_next(&iter))) {
			if (is_waiting_in_oom(thread))
				thread_flags |= FACT_ASLEEP;
			if (mm || !thread->mm)
				continue;
			mm = thread->mm;
			thread_live = thread->pid;
			thread_flags |= FACT_ZOMBIE_LEADER;
		}
	}
	bpf_iter_task_destroy(&iter);
	return mm;
}

static __always_inline void call_task(struct roll *roll, struct task_struct *leader, uint64_t inode)
{
	bool kernel = leader->flags & PF_KTHREAD;
	struct mm_struct *mm = leader->mm;
	struct roll_task *out;

	thread_live = leader->pid;
	thread_flags = 0;
	if (!kernel && (!mm || leader->signal->nr_threads > 1))
		mm = threads_look(leader);
	out = roll_place(roll, mm ? process_pages(mm) : 0);
	if (!out)
		return;
	process_begin(out, leader, inode);
	out->live = thread_live;
	flag_set(out, thread_flags);
	if (mm)
		process_finish(roll, out, mm, leader->signal);
	else if (!(leader->flags & PF_KTHREAD))
		flag_set(out, FACT_DYING);
}

static __always_inline int call_group(struct roll *roll, struct cgroup *group)
{
	uint64_t inode = group->kn->id;
	struct bpf_iter_css_task iter;
	struct task_struct *leader;
	int ret = bpf_iter_css_task_new(&iter, &group->self, CSS_TASK_ITER_PROCS);

	if (ret == 0)
		while ((leader = bpf_iter_css_task_next(&iter)))
			call_task(roll, leader, inode);
	bpf_iter_css_task_destroy(&iter);
	return ret;
}

static __always_inline int call_subtree(struct roll *roll, struct cgroup *top)
{
	struct cgroup_subsys_state *css;
	struct bpf_iter_css iter;
	int ret = bpf_iter_css_new(&iter, &top->self, BPF_CGROUP_ITER_DESCENDANTS_PRE);

	if (ret == 0) {
		while ((css = bpf_iter_css_next(&iter))) {
			struct cgroup *group = css->cgroup;

			group = group ? bpf_cgroup_acquire(group) : NULL;
			if (!group)
				continue; /* on its way out, with nobody in it */
			ret = call_group(roll, group);
			bpf_cgroup_release(group);
			if (ret < 0)
				break;
		}
	}
	bpf_iter_css_destroy(&iter);
	return ret;
}

static __always_inline struct cgroup *find_group(struct cgroup *root, uint64_t inode)
{
	struct cgroup_subsys_state *css;
	struct cgroup *found = NULL;
	struct bpf_iter_css iter;

	if (bpf_iter_css_new(&iter, &root->self, BPF_CGROUP_ITER_DESCENDANTS_PRE) == 0) {
		while ((css = bpf_iter_css_next(&iter))) {
			struct cgroup *group = css->cgroup;

			if (!group || group->kn->id != inode)
				continue;
			found = bpf_cgroup_acquire(group);
			break;
		}
	}
	bpf_iter_css_destroy(&iter);
	return found;
}

/* Root of the memory hierarchy: above the group of whoever runs the program. */
static __always_inline struct cgroup *find_root(void)
{
	struct cgroup *own = bpf_task_get_cgroup1(bpf_get_current_task_btf(), hierarchy);
	struct cgroup *root;

	if (!own)
		return NULL;
	root = bpf_cgroup_ancestor(own, 0);
	bpf_cgroup_release(own);
	return root;
}

SEC("?syscall")
int roll_call(void *unused)
{
	uint32_t zero = 0;
	struct roll *answer = bpf_map_lookup_elem(&roll, &zero);
	struct cgroup *root, *top;
	int ret = -ENODEV;

	(void)unused;
	if (!answer)
		return -EINVAL;
	answer_begin(answer);
	root = find_root();
	if (root) {
		bpf_rcu_read_lock();
		top = find_group(root, answer->question.inode);
		if (top) {
			ret = call_subtree(answer, top);
			bpf_cgroup_release(top);
		}
		bpf_rcu_read_unlock();
		bpf_cgroup_release(root);
	}
	answer->answer.error = ret;
	answer->answer.complete = ret == 0;
	answer->answer.number = answer->question.number;
	return 0;
}
