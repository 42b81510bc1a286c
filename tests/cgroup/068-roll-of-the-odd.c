/*
 * The snapshot of processes that are not as most are: what is said of each holds, and is said of nobody
 * else. Beside each of them stands an ordinary one, to compare.
 *
 *     scratch                   FREEZER/scratch
 *     └── web (32 MiB)  odd, plain      └── ice    odd
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cgroup/freezer.h"
#include "cgroup/fuse.h"
#include "cgroup/test.h"
#include "cgroup/wedge.h"
#include "programs/programs.h"
#include "programs/witness.h"

#define EVERYBODY (FACT_DETAILS | FACT_HOST_PID_NAMESPACE)
#define SHARERS 3
#define TOO_MUCH (64UL * 1024 * 1024)

static struct {
	_Atomic int ready; /* number of threads or processes that are where they should be */
	_Atomic int thread; /* the second one, of the odd process */
	_Atomic int sharer[SHARERS]; /* pids */
} * told;

static struct cg web;
static pid_t plain;

static void __attribute__((noreturn)) stay(void)
{
	atomic_fetch_add(&told->ready, 1);
	for (;;)
		(void)pause();
}

static void prepare(enum bpf_part part)
{
	programs_load(part, (struct bpf_wish){ .counters_most = UINT32_MAX });
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	expect(told != MAP_FAILED);
	web = cg_make("web", 32);
	plain = task_fork(&web, stay);
	expect_within(5000, atomic_load(&told->ready) == 1 && process_state(plain) == 'S');
}

/* Return: the process, which with @parts of it is where it should be. */
static pid_t odd_start(void (*run)(void), int parts)
{
	pid_t odd = task_fork(&web, run);

	expect_within(5000, atomic_load(&told->ready) == 1 + parts);
	test_nap_msec(50); /* from there into pause(2) */
	return odd;
}

static struct roll_task called(pid_t pid)
{
	const struct roll_task *task = programs_find(programs_call(programs_question(&web)), pid);

	expect(task);
	return *task;
}

static struct roll_task iterated(pid_t pid)
{
	const struct roll_task *task =
		programs_find(programs_iterate(programs_question(&web)), pid);

	expect(task);
	return *task;
}

static void expect_flags(struct roll_task task, uint32_t flags)
{
	if (task.flags != (EVERYBODY | flags))
		test_fail(TEST_HERE, "%u (%.16s): flags %#x, not %#x", task.pid, task.comm,
			  task.flags, EVERYBODY | flags);
}

/* ... and the ordinary one has none of them. */
static void expect_odd(pid_t odd, uint32_t flags)
{
	expect_flags(called(odd), flags);
	expect_flags(iterated(odd), flags);
	expect_flags(called(plain), 0);
	expect_flags(iterated(plain), 0);
}

static void *thread_stays(void *unused)
{
	(void)unused;
	test_nap_msec(50); /* the leader is to be gone first */
	atomic_store(&told->thread, gettid());
	stay();
}

static void leaderless_run(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_stays, NULL) != 0)
		_exit(1);
	pthread_exit(NULL);
}

static void zombie_leader_has_the_memory_of_its_thread(void)
{
	struct roll_task task;
	pid_t odd;

	prepare(BPF_PART_ROLL);
	odd = odd_start(leaderless_run, 1);
	expect(process_state(odd) == 'Z');
	expect_odd(odd, FACT_ZOMBIE_LEADER);
	task = called(odd);
	expect(task.live == (uint32_t)atomic_load(&told->thread));
	expect(task.anon > 0 && task.vm_size > 0 && task.mm == 0);
	witness_expect(&task);
	task = iterated(odd);
	expect(task.live == (uint32_t)atomic_load(&told->thread));
	witness_expect(&task);
}

static int sharer_run(void *unused)
{
	(void)unused;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	stay();
}

static void sharing_run(void)
{
	static char stack[SHARERS][64 * 1024];

	for (int i = 0; i < SHARERS; i++)
		atomic_store(&told->sharer[i], clone(sharer_run, stack[i] + sizeof(stack[i]),
						     CLONE_VM | SIGCHLD, NULL));
	stay();
}

static void threads_run(void)
{
	pthread_t thread[SHARERS];

	for (int i = 0; i < SHARERS; i++)
		if (pthread_create(&thread[i], NULL, thread_stays, NULL) != 0)
			_exit(1);
	stay();
}

/* Threads are not sharers. */
static void sharers_have_one_memory(void)
{
	struct roll_task task, other;
	pid_t odd, threads;

	prepare(BPF_PART_ROLL);
	odd = odd_start(sharing_run, 1 + SHARERS);
	threads = task_fork(&web, threads_run);
	expect_within(5000, atomic_load(&told->ready) == 3 + 2 * SHARERS);
	task = called(odd);
	expect(task.mm != 0);
	for (int i = 0; i < SHARERS; i++) {
		other = called(atomic_load(&told->sharer[i]));
		expect(other.mm == task.mm && other.anon == task.anon);
		expect(iterated(atomic_load(&told->sharer[i])).mm == task.mm);
		witness_expect(&other);
	}
	expect(called(plain).mm == 0 && called(threads).mm == 0);
	expect(iterated(plain).mm == 0 && iterated(threads).mm == 0);
}

static void frozen_is_said(void)
{
	struct cg ice;
	pid_t odd;

	prepare(BPF_PART_ROLL);
	ice = freezer_make("ice");
	odd = odd_start(stay, 1);
	freezer_enter(&ice, odd);
	expect_odd(odd, 0);
	freezer_freeze(&ice);
	expect_within(5000, called(odd).flags & FACT_FROZEN);
	expect_odd(odd, FACT_FROZEN);
	freezer_thaw(&ice);
	expect_within(5000, !(called(odd).flags & FACT_FROZEN));
}

static void touch_too_much(void)
{
	char *room = mmap(NULL, TOO_MUCH, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	atomic_fetch_add(&told->ready, 1);
	for (size_t at = 0; room != MAP_FAILED && at < TOO_MUCH; at += 4096)
		room[at] = 1;
}

static void *thread_sleeps(void *unused)
{
	touch_too_much();
	return unused;
}

static void hungry_thread_run(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_sleeps, NULL) != 0)
		_exit(1);
	stay();
}

static void hungry_run(void)
{
	touch_too_much();
	stay();
}

static void thread_asleep_in_an_oom(void)
{
	pid_t odd;

	prepare(BPF_PART_ROLL);
	cg_turn_killer_off(&web);
	odd = odd_start(hungry_thread_run, 2);
	expect_within(5000, cg_under_oom(&web));
	expect_within(2000, called(odd).flags & FACT_ASLEEP);
	expect(process_state(odd) == 'S');
	expect_flags(called(odd), FACT_ASLEEP);
	expect_flags(called(plain), 0);
	expect(kill(odd, SIGKILL) == 0);
	expect_within(5000, !cg_under_oom(&web));
}

static void main_thread_asleep_in_an_oom(void)
{
	pid_t odd;

	prepare(BPF_PART_ROLL);
	cg_turn_killer_off(&web);
	odd = odd_start(hungry_run, 1);
	expect_within(5000, cg_under_oom(&web));
	expect_within(2000, called(odd).flags & FACT_ASLEEP);
	expect_odd(odd, FACT_ASLEEP);
	expect(kill(odd, SIGKILL) == 0);
	expect_within(5000, !cg_under_oom(&web));
}

/* The programs look at the lock and take none: nobody who reads /proc would come back from these. */
static void lock_held_for_reading_and_waited_for(void)
{
	pid_t odd;

	prepare(BPF_PART_ROLL);
	fuse_start();
	odd = wedge_start(&web);
	expect_odd(odd, FACT_MMAP_READERS | FACT_MMAP_WAITERS);
	fuse_release();
	expect_within(5000, called(odd).flags == EVERYBODY);
}

static void lock_held_for_writing(void)
{
	pid_t odd;
	uint32_t seen;

	prepare(BPF_PART_ROLL);
	fuse_start();
	odd = wedge_start_writer(&web);
	seen = called(odd).flags;
	expect(seen & FACT_MMAP_WRITER && !(seen & FACT_MMAP_READERS));
	expect(iterated(odd).flags & FACT_MMAP_WRITER);
	expect_flags(called(plain), 0);
	fuse_release();
	expect_within(5000, called(odd).flags == EVERYBODY);
}

/* All sixteen bytes that a name may have, none of them harmless. */
static void hostile_run(void)
{
	(void)prctl(PR_SET_NAME, "\033[2J\n) Z 1\t\\\377{}");
	stay();
}

static void names_come_as_they_are(void)
{
	struct roll_task task;
	pid_t odd;

	prepare(BPF_PART_ROLL);
	odd = odd_start(hostile_run, 1);
	task = called(odd);
	expect(memcmp(task.comm, "\033[2J\n) Z 1\t\\\377{}", 15) == 0);
	witness_expect(&task);
	task = iterated(odd);
	witness_expect(&task);
}

/* Longer than there is room for, and the file is gone. */
static void long_and_removed_executable(void)
{
	struct roll_task task;
	struct task *odd;
	char path[256];

	prepare(BPF_PART_ROLL);
	odd = task_start_as(
		&web, (struct task_guise){ .exe = "an-executable-with-a-very-long-name-indeed" });
	task = called(odd->pid);
	witness_expect(&task);
	expect(strncmp(task.exe, "an-executable-with-a-very-long-name", FACTS_EXE_SIZE - 1) == 0);
	(void)snprintf(path, sizeof(path), "%s/exe-%s/%s", test_folder(),
		       "an-executable-with-a-very-long-name-indeed",
		       "an-executable-with-a-very-long-name-indeed");
	expect(unlink(path) == 0);
	task = called(odd->pid);
	witness_expect(&task);
}

static const struct test tests[] = {
	{ .name = "zombie-leader-has-the-memory-of-its-thread",
	  .run = zombie_leader_has_the_memory_of_its_thread },
	{ .name = "sharers-have-one-memory", .run = sharers_have_one_memory },
	{ .name = "frozen-is-said", .run = frozen_is_said },
	{ .name = "thread-asleep-in-an-oom", .run = thread_asleep_in_an_oom },
	{ .name = "main-thread-asleep-in-an-oom", .run = main_thread_asleep_in_an_oom },
	{ .name = "lock-held-for-reading-and-waited-for",
	  .run = lock_held_for_reading_and_waited_for },
	{ .name = "lock-held-for-writing", .run = lock_held_for_writing },
	{ .name = "names-come-as-they-are", .run = names_come_as_they_are },
	{ .name = "long-and-removed-executable", .run = long_and_removed_executable },
};
TEST_MAIN(tests)
