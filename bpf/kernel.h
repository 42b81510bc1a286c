/*
 * What our programs see of the kernel, and nothing more: the types they read, with the fields they name,
 * and the kernel functions they call. Offsets are filled in when a program is loaded (CO-RE), so one
 * object serves every kernel with BTF; a field that an older kernel has elsewhere stands in a type of
 * its own (___old). Functions are weak: a program that needs one that is not there is refused alone.
 *
 * Read at v5.10, v6.1, v6.12 and v6.18; held against the BTF of Debian's kernels by tests/bpf.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The names that the headers of libbpf are written in. */
typedef uint8_t __u8;
typedef uint16_t __u16;
typedef int32_t __s32;
typedef uint32_t __u32;
typedef int64_t __s64;
typedef uint64_t __u64;
typedef uint16_t __be16;
typedef uint32_t __be32;
typedef uint32_t __wsum;

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

/* uapi/linux/bpf.h, which cannot be included beside these. */
enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_RINGBUF = 27,
};

enum {
	BPF_F_MMAPABLE = 1 << 10,
};

enum kernel_errno {
	ESRCH = 3,
	ENODEV = 19,
	EINVAL = 22,
};

#define PF_EXITING 0x4
#define PF_FROZEN 0x10000 /* until 6.0; later a kernel thread's */
#define PF_KTHREAD 0x200000
#define TASK_FROZEN 0x8000 /* in __state, from 6.1 */
#define SIGNAL_GROUP_EXIT 0x4
#define SIGKILL_BIT (1UL << (9 - 1)) /* in a set of signals */
#define CSS_ONLINE 0x2

enum rss_member {
	MM_FILEPAGES,
	MM_ANONPAGES,
	MM_SWAPENTS,
	MM_SHMEMPAGES,
	NR_MM_COUNTERS,
};

/* linux/rwsem.h: bits of count; the rest, from 8 on, are readers. */
#define RWSEM_WRITER_LOCKED 0x1
#define RWSEM_FLAG_WAITERS 0x2
#define RWSEM_READERS 8

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

enum cgroup_subsys_id {
	memory_cgrp_id = 4, /* its number here does not count */
};

enum pid_type {
	PIDTYPE_PID,
	PIDTYPE_TGID,
};

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	long counter;
} atomic_long_t;

typedef struct {
	unsigned int val;
} kuid_t;

struct cgroup;
struct task_struct;

struct cred {
	kuid_t uid;
};

struct kernfs_node {
	uint64_t id; /* the inode's number */
	struct kernfs_node *parent; /* until 6.13 */
};

struct kernfs_node___new {
	struct kernfs_node *__parent;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
	unsigned int flags;
};

struct cgroup_root {
	int hierarchy_id;
};

struct cgroup {
	struct cgroup_subsys_state self;
	struct kernfs_node *kn;
	struct cgroup_root *root;
};

struct css_set {
	struct cgroup_subsys_state *subsys[1];
};

struct mem_cgroup {
	struct cgroup_subsys_state css;
};

struct percpu_counter {
	int64_t count;
	int32_t *counters;
};

struct rw_semaphore {
	atomic_long_t count;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct qstr d_name;
};

struct path {
	struct dentry *dentry;
};

struct file {
	struct path f_path;
};

struct mm_struct {
	atomic_t mm_users;
	struct rw_semaphore mmap_lock;
	atomic_long_t pgtables_bytes;
	unsigned long total_vm;
	struct file *exe_file;
	struct percpu_counter rss_stat[NR_MM_COUNTERS]; /* from 6.2 */
};

struct mm_rss_stat___old {
	atomic_long_t count[NR_MM_COUNTERS];
};

struct mm_struct___old {
	struct mm_rss_stat___old rss_stat; /* until 6.1; not even the sum is exact */
};

struct pid {
	unsigned int level;
};

struct core_state;

typedef struct {
	unsigned long sig[1];
} sigset_t;

struct sigpending {
	sigset_t signal;
};

struct signal_struct {
	struct sigpending shared_pending;
	struct core_state *core_state; /* from 5.16 */
	atomic_t live;
	int nr_threads;
	unsigned int flags;
	short oom_score_adj;
};

struct task_struct {
	unsigned int __state; /* from 5.14 */
	unsigned int flags;
	int exit_state;
	int pid;
	int tgid;
	struct mm_struct *mm;
	struct signal_struct *signal;
	struct css_set *cgroups;
	const struct cred *real_cred;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	uint64_t start_boottime;
	char comm[16];
	struct mem_cgroup *memcg_in_oom; /* with CONFIG_MEMCG_V1 */
};

struct bpf_iter_meta {
	uint64_t seq_num;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task; /* NULL: there are no more */
};

struct bpf_array {
	void *pptrs[1];
};

#pragma clang attribute pop

/* Iterators on the stack of a program; their size is the kernel's contract. */
struct bpf_iter_css {
	uint64_t opaque[3];
};

struct bpf_iter_css_task {
	uint64_t opaque[1];
};

struct bpf_iter_task {
	uint64_t opaque[3];
};

struct bpf_iter_num {
	uint64_t opaque[1];
};

#define CSS_TASK_ITER_PROCS 1
#define BPF_CGROUP_ITER_DESCENDANTS_PRE 2
#define BPF_TASK_ITER_ALL_THREADS 1
#define BPF_TASK_ITER_PROC_THREADS 2

#define KFUNC __ksym __weak

extern int bpf_iter_css_new(struct bpf_iter_css *iter, struct cgroup_subsys_state *start,
			    unsigned int flags) KFUNC;
extern struct cgroup_subsys_state *bpf_iter_css_next(struct bpf_iter_css *iter) KFUNC;
extern void bpf_iter_css_destroy(struct bpf_iter_css *iter) KFUNC;
extern int bpf_iter_css_task_new(struct bpf_iter_css_task *iter, struct cgroup_subsys_state *css,
				 unsigned int flags) KFUNC;
extern struct task_struct *bpf_iter_css_task_next(struct bpf_iter_css_task *iter) KFUNC;
extern void bpf_iter_css_task_destroy(struct bpf_iter_css_task *iter) KFUNC;
extern int bpf_iter_task_new(struct bpf_iter_task *iter, struct task_struct *task,
			     unsigned int flags) KFUNC;
extern struct task_struct *bpf_iter_task_next(struct bpf_iter_task *iter) KFUNC;
extern void bpf_iter_task_destroy(struct bpf_iter_task *iter) KFUNC;
extern int bpf_iter_num_new(struct bpf_iter_num *iter, int start, int end) KFUNC;
extern int *bpf_iter_num_next(struct bpf_iter_num *iter) KFUNC;
extern void bpf_iter_num_destroy(struct bpf_iter_num *iter) KFUNC;
extern void bpf_rcu_read_lock(void) KFUNC;
extern void bpf_rcu_read_unlock(void) KFUNC;
extern struct task_struct *bpf_task_from_pid(int32_t pid) KFUNC;
extern void bpf_task_release(struct task_struct *task) KFUNC;
extern struct cgroup *bpf_task_get_cgroup1(struct task_struct *task, int hierarchy) KFUNC;
extern struct cgroup *bpf_cgroup_acquire(struct cgroup *group) KFUNC;
extern void bpf_cgroup_release(struct cgroup *group) KFUNC;
extern struct cgroup *bpf_cgroup_ancestor(struct cgroup *group, int level) KFUNC;
extern int bpf_send_signal_task(struct task_struct *task, int signal, enum pid_type type,
				uint64_t value) KFUNC;
