/*
 * Whoever is to die is found and signalled in one run in the kernel: behind a leader that has exited, with
 * all who share its memory, hundreds at once, and also one of whom nobody has a descriptor. Nothing is
 * sampled meanwhile. The first cases give the orders themselves, without the daemon.
 *
 *     scratch
 *     └── web (128 MiB, armed)    odd, bystander, hog; or hundreds
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/source.h"
#include "cgroup/test.h"
#include "programs/crowd.h"
#include "programs/programs.h"

#define NEVER "SampleInterval=1h\nTracing=no\n"
#define MANY 500
#define SHARERS 3
#define ODD_BYTES (48UL * 1024 * 1024)

static struct instance instance;
static struct cg web;
static struct {
	_Atomic int ready;
	_Atomic int sharer[SHARERS]; /* pids */
} * told;

static void __attribute__((noreturn)) stay(void)
{
	atomic_fetch_add(&told->ready, 1);
	for (;;)
		(void)pause();
}

static void prepare(void)
{
	web = cg_make("web", 128);
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	expect(told != MAP_FAILED);
}

static void prepare_orders(void)
{
	programs_load(BPF_PART_SIGNAL, (struct bpf_wish){ .roll = -1 });
	prepare();
}

static struct roll_order order_for(pid_t pid)
{
	const struct roll_task *task = programs_find(programs_call(programs_question(&web)), pid);

	expect(task);
	return programs_order_of(task);
}

/* The number alone is nobody: one that has it now but did not start then is not meant. */
static void another_start_is_another_process(void)
{
	pid_t pid;
	struct roll_order order, wrong;

	prepare_orders();
	pid = task_fork(&web, stay);
	expect_within(5000, atomic_load(&told->ready) == 1);
	order = wrong = order_for(pid);
	expect(programs_order(ROLL_FIND, order, 0) == 0);
	wrong.start_nsec++;
	expect(programs_order(ROLL_FIND, wrong, 0) == -ESRCH);
	expect(programs_order(ROLL_SIGNAL, wrong, SIGKILL) == -ESRCH);
	wrong = order;
	wrong.pid = (uint32_t)getpid();
	expect(programs_order(ROLL_SIGNAL, wrong, SIGKILL) == -ESRCH);
	expect_for(300, !task_forked_gone(pid));
	expect(programs_order(ROLL_SIGNAL, order, SIGKILL) == 0);
	expect_within(2000, task_forked_gone(pid));
	expect(programs_order(ROLL_FIND, order, 0) == -ESRCH);
	expect(programs_order(ROLL_SIGNAL, order, SIGKILL) == -ESRCH);
}

/* To look is not to signal, and signal 0 is none. */
static void looking_harms_nobody(void)
{
	pid_t pid;
	struct roll_order order;

	prepare_orders();
	pid = task_fork(&web, stay);
	expect_within(5000, atomic_load(&told->ready) == 1);
	order = order_for(pid);
	expect(programs_order(ROLL_FIND, order, SIGKILL) == 0);
	expect(programs_order(ROLL_SIGNAL, order, 0) == 0);
	expect_for(300, !task_forked_gone(pid));
}

static void *thread_stays(void *unused)
{
	(void)unused;
	test_nap_msec(50); /* the leader is to be gone first */
	stay();
}

static void *thread_leaves(void *unused)
{
	test_nap_msec(200);
	return unused;
}

/* Its first thread is the one that the roll names, and leaves too. */
static void leaderless_run(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_leaves, NULL) != 0 ||
	    pthread_create(&thread, NULL, thread_stays, NULL) != 0)
		_exit(1);
	pthread_exit(NULL);
}

static void thread_that_was_named_is_gone(void)
{
	struct roll_order order;
	pid_t pid;

	prepare_orders();
	pid = task_fork(&web, leaderless_run);
	expect_within(5000, atomic_load(&told->ready) == 1 && process_state(pid) == 'Z');
	order = order_for(pid);
	expect(order.live != order.pid);
	test_nap_msec(300);
	expect(programs_order(ROLL_FIND, order, 0) == 0);
	expect(programs_order(ROLL_SIGNAL, order, SIGKILL) == 0);
	expect_within(2000, task_forked_gone(pid));
}

static void hundreds_in_one_run(void)
{
	static struct roll_order orders[MANY];
	const struct roll *roll;
	struct nsec begin;

	prepare_orders();
	(void)crowd_start(&web, &web,
			  (struct crowd_plan){ .count = MANY, .step_kib = 4, .steps = 4 });
	roll = programs_call(programs_question(&web));
	expect(roll->answer.listed == MANY);
	for (uint32_t i = 0; i < MANY; i++)
		orders[i] = programs_order_of(&roll->task[i]);
	orders[MANY / 2].start_nsec++;
	begin = clock_now();
	roll = programs_order_all(orders, MANY, SIGKILL);
	test_note("%d signalled in %llu us", MANY,
		  (unsigned long long)(nsec_between(begin, clock_now()).count / NSEC_PER_USEC));
	for (uint32_t i = 0; i < MANY; i++)
		expect(roll->order[i].error == (i == MANY / 2 ? -ESRCH : 0));
	expect_within(10000, crowd_dead() == MANY - 1);
	expect_for(200, crowd_dead() == MANY - 1);
}

static void serve(const char *on_oom)
{
	prepare();
	instance = instance_make("daemon");
	instance_configure(&instance, NEVER);
	instance_policy_all(&instance, on_oom);
	instance_start_armed(&instance, &web);
	source_expect(&instance, "bpf");
	source_expect_orders(&instance);
}

static void expect_by_order(struct json_object *record, pid_t victim)
{
	source_expect_record(record, "bpf");
	if (json_number(record, "victims.0.pid") != victim ||
	    strcmp(json_text(record, "victims.0.method"), "bpf") != 0 ||
	    strcmp(json_text(record, "victims.0.end"), "exited") != 0)
		test_fail(TEST_HERE, "record: %s", json_object_to_json_string(record));
	expect(!json_at(record, "victims.1"));
	test_note("decided after %lld us, signalled after %lld us, gone after %lld us",
		  (long long)json_number(record, "decide_usec"),
		  (long long)json_number(record, "victims.0.signalled_usec"),
		  (long long)json_number(record, "victims.0.exited_usec"));
}

/* Born, and out of memory before anybody could have looked; nobody looks until it is dead. */
static void victim_without_a_seat(void)
{
	struct task *bystander, *hog;

	serve("Step=kill\nDeadline=20s\n");
	bystander = task_start(&web, "bystander");
	task_fill(bystander, 8);
	instance_signal(&instance, PART_SUPERVISOR, SIGSTOP);
	hog = task_start(&web, "hog");
	task_touch(hog, 160);
	expect_within(5000, task_killed(hog));
	instance_signal(&instance, PART_SUPERVISOR, SIGCONT);
	witness_killed(&instance, &web, hog);
	expect_by_order(instance_record_of(&instance, hog), hog->pid);
	expect(!task_exited(bystander));
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

static void large_leaderless_run(void)
{
	fill();
	leaderless_run();
}

static int sharer_run(void *unused)
{
	(void)unused;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	stay();
}

static void large_sharing_run(void)
{
	static char stack[SHARERS][64 * 1024];

	fill();
	for (int i = 0; i < SHARERS; i++)
		atomic_store(&told->sharer[i], clone(sharer_run, stack[i] + sizeof(stack[i]),
						     CLONE_VM | SIGCHLD, NULL));
	stay();
}

/* Not the one that asks for more: it waits, and gets what the odd one had. */
static struct json_object *run_out(void)
{
	struct task *bystander = task_start(&web, "bystander"), *hog = task_start(&web, "hog");

	task_fill(bystander, 40);
	task_touch(hog, 44);
	expect_within(8000, task_done(hog));
	expect_within(8000, instance_record(&instance, &web));
	expect(!task_exited(bystander) && !task_exited(hog));
	return instance_record(&instance, &web);
}

static void zombie_leader(void)
{
	pid_t odd;

	serve("Step=kill\nDeadline=20s\n");
	odd = task_fork(&web, large_leaderless_run);
	expect_within(5000, atomic_load(&told->ready) == 1 && process_state(odd) == 'Z');
	expect_by_order(run_out(), odd);
	expect_within(2000, task_forked_gone(odd));
}

/* All in one go, so the first choice is the last: its memory is free although nobody had met them. */
static void sharers_in_one_go(void)
{
	struct json_object *record;
	pid_t odd;

	serve("Step=kill timeout=5s\nDeadline=20s\n");
	odd = task_fork(&web, large_sharing_run);
	expect_within(5000, atomic_load(&told->ready) == 1 + SHARERS);
	record = run_out();
	expect(json_number(record, "victims.0.sharers") == SHARERS);
	expect_by_order(record, (pid_t)json_number(record, "victims.0.pid"));
	expect_within(2000, task_forked_gone(odd));
	for (int i = 0; i < SHARERS; i++)
		expect_within(2000, task_forked_gone(atomic_load(&told->sharer[i])));
}

static void whole_group_of_hundreds(void)
{
	struct json_object *record;
	struct nsec begin;
	struct task *hog;

	serve("Step=kill-group timeout=5s\nDeadline=20s\n");
	(void)crowd_start(&web, &web,
			  (struct crowd_plan){ .count = MANY, .step_kib = 4, .steps = 4 });
	hog = task_start(&web, "hog");
	begin = clock_now();
	task_touch(hog, 160);
	expect_within(15000, crowd_dead() == MANY && task_killed(hog));
	test_note("%d dead %u ms after one began to ask for too much", MANY + 1,
		  test_msec_since(begin));
	expect_within(8000, instance_record_of(&instance, hog));
	record = instance_record_of(&instance, hog);
	test_note("kill-group took %lld us of signalling %lld",
		  (long long)(json_number(record, "steps.0.ended_usec") -
			      json_number(record, "steps.0.begun_usec")),
		  (long long)json_number(record, "steps.0.count"));
	expect(json_number(record, "steps.0.count") == MANY + 1);
	expect_by_order(record, hog->pid);
	expect(cg_level(&web).kills == 0);
}

static const struct test tests[] = {
	{ .name = "another-start-is-another-process", .run = another_start_is_another_process },
	{ .name = "looking-harms-nobody", .run = looking_harms_nobody },
	{ .name = "thread-that-was-named-is-gone", .run = thread_that_was_named_is_gone },
	{ .name = "hundreds-in-one-run", .run = hundreds_in_one_run },
	{ .name = "victim-without-a-seat", .run = victim_without_a_seat },
	{ .name = "zombie-leader", .run = zombie_leader },
	{ .name = "sharers-in-one-go", .run = sharers_in_one_go },
	{ .name = "whole-group-of-hundreds", .run = whole_group_of_hundreds },
};
TEST_MAIN(tests)
