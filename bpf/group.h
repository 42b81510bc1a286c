/*
 * The memory group of a task, found without the kernel's help: the number of the memory controller is
 * not the same everywhere, so its place in a task's groups is not known before loading.
 */
#pragma once

#include "kernel.h"

static __always_inline struct kernfs_node *memory_node(struct task_struct *task)
{
	struct css_set *groups = BPF_CORE_READ(task, cgroups);
	struct cgroup_subsys_state *css = NULL;
	uint64_t at = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);

	(void)bpf_probe_read_kernel(&css, sizeof(css),
				    (const void *)groups + bpf_core_field_offset(groups->subsys) +
					    at * sizeof(css));
	return BPF_CORE_READ(css, cgroup, kn);
}

static __always_inline uint64_t memory_inode(struct task_struct *task)
{
	struct kernfs_node *node = memory_node(task);

	return BPF_CORE_READ(node, id);
}
