/*
 * One process as an entry of the roll. Plain loads where the verifier knows the type: they cost a
 * nanosecond, bpf_probe_read_kernel() thirty. Of a task that exits meanwhile they read what is left, or
 * zero: a wrong size for one that is gone, never a fault.
 */
#pragma once

#include "kernel.h"
#include "shared/roll.h"

#define PROCESSORS_MAX 1024
/* Per run. 32768 at 33 ns each on 6.18 (make bench) is a millisecond: 4096 processes on two processors. */
#define COUNTERS_MOST 32768

/* Set before loading. */
const volatile uint32_t processors = 1; /* possible ones */
const volatile uint32_t page_shift = 12;
const volatile int32_t hierarchy = 0; /* number of the memory hierarchy */
const volatile uint32_t counters_most = COUNTERS_MOST; /* fewer than this, and ... */
const volatile uint32_t tasks_most = ROLL_TASKS; /* ... fewer than fit: for tests */

/* Where the memory of each processor lies, as a distance from what a per-processor pointer says. */
uint64_t processor_offset[PROCESSORS_MAX];
/* In this run so far. Not on the stack, where the verifier would follow its every value. */
uint32_t counters_read;
uint32_t least_class, least_listed; /* of the question's at_least, and of that so far */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, uint32_t);
	__type(value, struct roll);
} roll SEC(".maps");

/* Only for the question where each processor's memory lies. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, uint64_t);
} per_processor SEC(".maps");

/*
 * Once, after loading. The address of an element of one processor, less what the map itself keeps for
 * all of them, is that processor's offset: no symbol is needed for it.
 */
SEC("?syscall")
int measure_processors(void *unused)
{
	const void *map = &per_processor;
	struct bpf_array *array = NULL;
	uint64_t base = 0;
	uint32_t zero = 0;

	(void)unused;
	if (bpf_probe_read_kernel(&array, sizeof(array), &map) < 0 ||
	    bpf_probe_read_kernel(&base, sizeof(base), &array->pptrs[0]) < 0)
		return -EINVAL;
	for (uint32_t i = 0; i < PROCESSORS_MAX && i < processors; i++) {
		const void *element = bpf_map_lookup_percpu_elem(&per_processor, &zero, i);
		uint64_t address = 0;

		if (!element)
			return -EINVAL;
		if (bpf_probe_read_kernel(&address, sizeof(address), &element) < 0)
			return -EINVAL;
		processor_offset[i] = address - base;
	}
	return 0;
}

/*
 * Macros, because a field of an element is found by one relocation only while its index is a constant
 * for the compiler: a parameter of an inlined function is not one yet.
 */
#define IS_BEFORE_6_2 bpf_core_field_exists(struct mm_struct___old, rss_stat.count)

/* As wrong as what each processor has not handed over yet: at most 32 pages, or twice their number. */
#define COUNTER_ESTIMATE(mm, member)                                                               \
	positive(IS_BEFORE_6_2 ? ((struct mm_struct___old *)(mm))->rss_stat.count[member].counter  \
			       : (mm)->rss_stat[member].count)

#define COUNTER_EXACT(mm, member)                                                                  \
	(counters_at = (uint64_t)(mm)->rss_stat[member].counters,                                  \
	 counter_sum((mm)->rss_stat[member].count))

/*
 * Where a value can take two ways, the verifier follows both from there to the end of the walk, unless
 * both look the same again: hence arithmetic here, and flags that are set in the map at once.
 */
static __always_inline uint64_t positive(int64_t value)
{
	int64_t sign = value;

	asm volatile("%0 s>>= 63" : "+r"(sign)); /* else the compiler makes a jump of it */
	return value & ~sign;
}

static __always_inline void flag_set(struct roll_task *out, enum fact_flag flag)
{
	*(volatile uint32_t *)&out->flags |= flag;
}

/* Of whose memory: beside counter_sum(), because a function of its own cannot be given such a pointer. */
uint64_t counters_at;

/* A function of its own for the verifier, which looks at it once and not in each place. */
__noinline uint64_t counter_sum(int64_t sum)
{
	for (uint32_t i = 0; i < PROCESSORS_MAX && i < processors; i++) {
		const void *counter = (const void *)(counters_at + processor_offset[i]);
		int32_t part = 0;

		(void)bpf_probe_read_kernel(&part, sizeof(part), counter);
		sum += part;
	}
	return positive(sum);
}

/* Return: pages, as estimated. */
static __always_inline uint64_t process_pages(struct mm_struct *mm)
{
	return COUNTER_ESTIMATE(mm, MM_FILEPAGES) + COUNTER_ESTIMATE(mm, MM_ANONPAGES) +
	       COUNTER_ESTIMATE(mm, MM_SHMEMPAGES) + COUNTER_ESTIMATE(mm, MM_SWAPENTS);
}

static __always_inline bool may_sum(const struct roll *roll, uint64_t pages)
{
	return !IS_BEFORE_6_2 && pages >= roll->question.exact_from &&
	       counters_read + NR_MM_COUNTERS * processors <= counters_most;
}

static __always_inline void process_sizes(struct roll *roll, struct roll_task *out,
					  struct mm_struct *mm)
{
	uint64_t file, anon, shmem, swap;

	if (may_sum(roll, process_pages(mm))) {
		file = COUNTER_EXACT(mm, MM_FILEPAGES);
		anon = COUNTER_EXACT(mm, MM_ANONPAGES);
		shmem = COUNTER_EXACT(mm, MM_SHMEMPAGES);
		swap = COUNTER_EXACT(mm, MM_SWAPENTS);
		counters_read += NR_MM_COUNTERS * processors;
	} else {
		file = COUNTER_ESTIMATE(mm, MM_FILEPAGES);
		anon = COUNTER_ESTIMATE(mm, MM_ANONPAGES);
		shmem = COUNTER_ESTIMATE(mm, MM_SHMEMPAGES);
		swap = COUNTER_ESTIMATE(mm, MM_SWAPENTS);
		flag_set(out, FACT_ESTIMATED);
		roll->answer.estimated++;
	}
	out->file = file << page_shift;
	out->anon = anon << page_shift;
	out->shmem = shmem << page_shift;
	out->swap = swap << page_shift;
	out->vm_size = (uint64_t)mm->total_vm << page_shift;
	out->page_tables = positive(mm->pgtables_bytes.counter);
}

static __always_inline void lock_flags(struct roll_task *out, struct mm_struct *mm)
{
	long count;

	if (!bpf_core_field_exists(mm->mmap_lock.count))
		return; /* PREEMPT_RT has another one */
	count = mm->mmap_lock.count.counter;
	if (count & RWSEM_WRITER_LOCKED)
		flag_set(out, FACT_MMAP_WRITER);
	else if (count >> RWSEM_READERS)
		flag_set(out, FACT_MMAP_READERS);
	if (count & RWSEM_FLAG_WAITERS)
		flag_set(out, FACT_MMAP_WAITERS);
}

static __always_inline bool is_waiting_in_oom(struct task_struct *task)
{
	return bpf_core_field_exists(task->memcg_in_oom) && task->memcg_in_oom;
}

/*
 * All its threads are told to exit. One that dumps core first, which takes as long as its memory is
 * large, is told so too, and dies of nothing but SIGKILL (__task_will_free_mem(), mm/oom_kill.c, v6.12).
 */
static __always_inline bool is_dying(struct signal_struct *signal)
{
	if (!(signal->flags & SIGNAL_GROUP_EXIT))
		return false;
	if (!bpf_core_field_exists(signal->core_state) || !signal->core_state)
		return true;
	return signal->shared_pending.signal.sig[0] & SIGKILL_BIT;
}

static __always_inline void task_flags(struct roll_task *out, struct task_struct *leader)
{
	if (leader->flags & PF_KTHREAD)
		flag_set(out, FACT_KERNEL_THREAD);
	else if (leader->flags & PF_FROZEN)
		flag_set(out, FACT_FROZEN);
	else if (bpf_core_field_exists(leader->__state) && leader->__state & TASK_FROZEN)
		flag_set(out, FACT_FROZEN);
	if (is_dying(leader->signal))
		flag_set(out, FACT_DYING);
	if (leader->thread_pid->level == 0)
		flag_set(out, FACT_HOST_PID_NAMESPACE);
	if (is_waiting_in_oom(leader))
		flag_set(out, FACT_ASLEEP);
}

/* All but sizes; what an entry held before is gone. */
static __always_inline void process_begin(struct roll_task *out, struct task_struct *leader,
					  uint64_t inode)
{
	__builtin_memset(out, 0, sizeof(*out));
	out->pid = leader->tgid;
	out->live = leader->pid;
	out->start_nsec = leader->start_boottime;
	out->inode = inode;
	out->uid = leader->real_cred->uid.val;
	out->oom_score_adj = leader->signal->oom_score_adj;
	out->parent_pid = leader->real_parent->tgid;
	__builtin_memcpy(out->comm, leader->comm, sizeof(out->comm));
	flag_set(out, FACT_DETAILS);
	task_flags(out, leader);
}

/* What is known of its memory; @mm is that of a living thread of it. */
static __always_inline void process_finish(struct roll *roll, struct roll_task *out,
					   struct mm_struct *mm, struct signal_struct *signal)
{
	const unsigned char *name = mm->exe_file->f_path.dentry->d_name.name;

	process_sizes(roll, out, mm);
	lock_flags(out, mm);
	/* live falls before a thread lets go of its memory: more users than that are not all its own */
	if (mm->mm_users.counter > signal->live.counter)
		out->mm = (uint64_t)mm;
	(void)bpf_probe_read_kernel_str(out->exe, sizeof(out->exe), name); /* fails: stays empty */
}

/* As counter_sum(). */
__noinline uint32_t size_class(uint64_t pages)
{
	return roll_size_class(pages);
}

/* Processes that can be added up exactly in one run; before 6.2, where no sum is exact, none. */
static __always_inline uint32_t exact_most(void)
{
	return IS_BEFORE_6_2 ? 0 : counters_most / (NR_MM_COUNTERS * processors);
}

static __always_inline void answer_begin(struct roll *roll)
{
	__builtin_memset(&roll->answer, 0, sizeof(roll->answer));
	roll->answer.exact_most = exact_most();
	counters_read = 0;
	least_class = size_class(roll->question.at_least);
	least_listed = 0;
}

static __always_inline bool is_crowded_out(const struct roll *roll, uint32_t class)
{
	return roll->question.class_most && class == least_class &&
	       least_listed++ >= roll->question.class_most;
}

/* NULL: it is only counted. */
static __always_inline struct roll_task *roll_place(struct roll *roll, uint64_t pages)
{
	uint32_t class = size_class(pages);
	uint32_t at = roll->answer.listed;

	roll->answer.total++;
	roll->answer.sizes[class & (ROLL_SIZES - 1)]++;
	if (at >= ROLL_TASKS || at >= tasks_most || pages < roll->question.at_least ||
	    is_crowded_out(roll, class))
		return NULL;
	roll->answer.listed = at + 1;
	return &roll->task[at & (ROLL_TASKS - 1)];
}
