/*
 * Victims that do not die simply: those that share their memory, a leader that is a zombie while its
 * threads live, the init of a pid namespace; and the kernel's killer as the executioner of our choice.
 *
 *     scratch
 *     └── web (32 MiB, armed)    odd (16 MiB), bystander (8 MiB), hog (fills up)
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

#define ODD_BYTES (16UL * 1024 * 1024)

static struct {
	_Atomic int ready;
	_Atomic int second; /* pid of the other process */
} * told;

static struct instance instance;
static struct cg web;
static struct task *bystander;

static void serve(const char *on_oom)
{
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	expect(told != MAP_FAILED);
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, on_oom);
	instance_start_armed(&instance, &web);
	bystander = task_start(&web, "bystander");
	task_fill(bystander, 8);
}

static void fill(void)
{
	char *room =
		mmap(NULL, ODD_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED)
		_exit(1);
	memset(room, 1, ODD_BYTES);
	(void)prctl(PR_SET_NAME, "odd");
}

static void __attribute__((noreturn)) stay(void)
{
	for (;;)
		(void)pause();
}

static int sharer_stays(void *unused)
{
	(void)unused;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	atomic_store(&told->ready, 1);
	stay();
}

static void clone_vm_run(void)
{
	static char stack[64 * 1024];

	fill();
	atomic_store(&told->second,
		     clone(sharer_stays, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL));
	stay();
}

static void vfork_run(void)
{
	static char stack[64 * 1024];

	fill();
	/* The parent sleeps until the child is gone. */
	atomic_store(&told->second, -1);
	(void)clone(sharer_stays, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
	stay();
}

static void *thread_stays(void *unused)
{
	(void)unused;
	test_nap_msec(50); /* the leader is to be gone first */
	atomic_store(&told->ready, 1);
	stay();
}

static void zombie_leader_run(void)
{
	pthread_t thread;

	fill();
	if (pthread_create(&thread, NULL, thread_stays, NULL) != 0)
		_exit(1);
	pthread_exit(NULL);
}

static void namespace_run(void)
{
	if (unshare(CLONE_NEWPID) < 0)
		_exit(1);
	if (fork() == 0) {
		/* 1 in there; SIGTERM and the like do not reach it. */
		if (fork() == 0)
			stay();
		fill();
		atomic_store(&told->ready, 1);
		stay();
	}
	for (;;)
		if (wait(NULL) < 0)
			_exit(0);
}

/* The details that tell who shares with whom are read when a process is met. */
static void let_details_arrive(void)
{
	test_nap_msec(7000);
}

static struct json_object *run_out(void)
{
	struct task *hog = task_start(&web, "hog");

	task_touch(hog, 12);
	expect_within(8000, task_done(hog));
	expect_within(8000, instance_record(&instance, &web));
	expect(!task_exited(bystander) && !task_exited(hog));
	return instance_record(&instance, &web);
}

static void sharers_go_together(void)
{
	struct json_object *record;
	pid_t odd;

	serve("Step=kill timeout=3s\nDeadline=20s\n");
	odd = task_fork(&web, clone_vm_run);
	expect_within(5000, atomic_load(&told->ready));
	let_details_arrive();
	record = run_out();
	expect(task_forked_gone(odd));
	expect(task_forked_gone(atomic_load(&told->second)));
	expect(json_number(record, "victims.0.sharers") == 1);
	expect(!json_at(record, "victims.1"));
}

/* As the first but with facts too young to tell: both go one after the other, and nobody else. */
static void sharers_unknown(void)
{
	pid_t odd;

	serve("Step=kill timeout=300ms\nDeadline=20s\n");
	odd = task_fork(&web, clone_vm_run);
	expect_within(5000, atomic_load(&told->ready));
	(void)run_out();
	expect_within(5000, task_forked_gone(odd));
}

static void vfork_parent_and_child(void)
{
	pid_t odd;

	serve("Step=kill timeout=3s\nDeadline=20s\n");
	odd = task_fork(&web, vfork_run);
	expect_within(5000, atomic_load(&told->ready));
	let_details_arrive();
	(void)run_out();
	expect_within(5000, task_forked_gone(odd));
}

static void zombie_leader(void)
{
	pid_t odd;

	serve("Step=kill\nDeadline=20s\n");
	odd = task_fork(&web, zombie_leader_run);
	expect_within(5000, atomic_load(&told->ready) && process_state(odd) == 'Z');
	expect(json_number(run_out(), "victims.0.pid") == odd);
}

static void init_of_a_namespace(void)
{
	pid_t odd;

	serve("Step=terminate grace=500ms reserve=2M\nStep=kill\nDeadline=20s\n");
	odd = task_fork(&web, namespace_run);
	expect_within(5000, atomic_load(&told->ready));
	(void)run_out();
	expect_within(5000, task_forked_gone(odd));
}

/* Docker and Kubernetes call it OOMKilled when the kernel counts it. */
static void by_the_kernels_hand(void)
{
	struct json_object *record;
	struct task *large, *hog, *small;

	serve("Step=kill via=kernel\nDeadline=20s\n");
	instance_policy_victims(&instance, "Prefer=comm:small\n",
				"Step=kill via=kernel\nDeadline=20s\n");
	instance_reload(&instance);
	large = task_start(&web, "large");
	task_fill(large, 12);
	small = task_start(&web, "small");
	task_fill(small, 4);
	test_nap_msec(500);
	hog = task_start(&web, "hog");
	task_touch(hog, 10);
	expect_within(8000, task_killed(small));
	expect(!task_exited(large) && !task_exited(hog) && !task_exited(bystander));
	expect(cg_level(&web).kills == 1);
	expect_within(8000, instance_record_of(&instance, small));
	record = instance_record_of(&instance, small);
	expect(strcmp(json_text(record, "kind"), "resolved") == 0);
	expect(strcmp(json_text(record, "proof"), "kills") == 0);
	expect(strcmp(json_text(record, "victims.0.signal"), "kernel") == 0);
	expect(json_number(record, "kernel_kills") == 1);
	expect_within(8000, cg_killer_off(&web));
}

static const struct test tests[] = {
	{ .name = "sharers-go-together", .run = sharers_go_together },
	{ .name = "sharers-unknown", .run = sharers_unknown },
	{ .name = "vfork-parent-and-child", .run = vfork_parent_and_child },
	{ .name = "zombie-leader", .run = zombie_leader },
	{ .name = "init-of-a-namespace", .run = init_of_a_namespace },
	{ .name = "by-the-kernels-hand", .run = by_the_kernels_hand },
};
TEST_MAIN(tests)
