/*
 * The handler's orders: to signal processes, or only to look whether they are still there. Identity and
 * signal are one run, with a reference held in between: no number can come to mean somebody else.
 */
#pragma once

#include "process.h"

/*
 * Who has begun to exit takes no signal any more, but has its memory still; it has given that back by the
 * time it has an exit state, which is what a pidfd waits for too.
 */
static __always_inline bool is_there(struct task_struct *task, bool signal)
{
	return signal ? !(task->flags & PF_EXITING) : task->exit_state == 0;
}

/* Any thread of it that is. The caller gives the reference back. */
static __always_inline struct task_struct *living_thread(struct task_struct *member, bool signal)
{
	struct bpf_iter_task iter;
	struct task_struct *thread, *found = NULL;

	bpf_rcu_read_lock();
	if (bpf_iter_task_new(&iter, member, BPF_TASK_ITER_PROC_THREADS) == 0) {
		while ((thread = bpf_iter_task_next(&iter))) {
			if (!is_there(thread, signal))
				continue;
			found = bpf_task_from_pid(thread->pid);
			break;
		}
	}
	bpf_iter_task_destroy(&iter);
	bpf_rcu_read_unlock();
	return found;
}

/* A number can come back as another process, but not with the same start. */
static __always_inline bool is_meant(struct task_struct *task, const struct roll_order *order)
{
	return (uint32_t)task->tgid == order->pid &&
	       task->group_leader->start_boottime == order->start_nsec;
}

/* Return: a thread of the process that is meant, the caller's reference; NULL when it is gone. */
static __always_inline struct task_struct *order_find(const struct roll_order *order, bool signal)
{
	struct task_struct *task = bpf_task_from_pid(order->live);

	if (task && is_meant(task, order) && is_there(task, signal))
		return task;
	if (task)
		bpf_task_release(task);
	task = bpf_task_from_pid(order->pid);
	if (!task)
		return NULL;
	if (is_meant(task, order)) {
		struct task_struct *living = living_thread(task, signal);

		bpf_task_release(task);
		return living;
	}
	bpf_task_release(task);
	return NULL;
}

static __always_inline int carry_out(struct roll_order *order, int signal_number, bool signal)
{
	struct task_struct *task = order_find(order, signal);
	int ret = 0;

	if (!task)
		return -ESRCH;
	if (signal)
		ret = bpf_send_signal_task(task, signal_number, PIDTYPE_TGID, 0);
	bpf_task_release(task);
	return ret;
}

static __always_inline int orders_run(bool signal)
{
	uint32_t zero = 0;
	struct roll *orders = bpf_map_lookup_elem(&roll, &zero);
	struct bpf_iter_num iter;
	int *at;

	if (!orders)
		return -EINVAL;
	orders->carried_out = 0;
	if (bpf_iter_num_new(&iter, 0, ROLL_TASKS) == 0) {
		while ((at = bpf_iter_num_next(&iter))) {
			struct roll_order *order = &orders->order[*at & (ROLL_TASKS - 1)];

			if ((uint32_t)*at >= orders->orders)
				break;
			order->error = carry_out(order, orders->signal_number, signal);
			orders->carried_out++;
		}
	}
	bpf_iter_num_destroy(&iter);
	return 0;
}

SEC("?syscall")
int roll_find(void *unused)
{
	(void)unused;
	return orders_run(false);
}

SEC("?syscall")
int roll_signal(void *unused)
{
	(void)unused;
	return orders_run(true);
}
