/*
 * The guardian's own judgement: a group past its deadline goes back although the handler beats, and a
 * handler that dies again and again is started later and later, while the kernel's killer serves.
 *
 *     scratch
 *     ├── web    (32 MiB, armed)    wedged (20 MiB, unkillable), hog
 *     └── parent (32 MiB, killer off, its operator's)
 *         └── web (64 MiB, armed)   hog
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cgroup/fuse.h"
#include "cgroup/instance.h"
#include "cgroup/test.h"

/* A second's deadline, two of slack, the length of a tick or two; and a machine that is busy. */
#define OVERDUE_MSEC 3000
#define PATIENCE_MSEC 15000
#define DEATHS 3

static struct instance instance;
static struct cg web;
static struct task *hog;

static void policy_write(const char *on_oom)
{
	instance_policy(&instance, "50-test", "[Match]\nCgroup=%s\n\n[OnOOM]\n%s", cg_label(&web),
			on_oom);
}

static void start(const char *on_oom)
{
	instance = instance_make("daemon");
	policy_write(on_oom);
	instance_start_armed(&instance, &web);
	hog = task_start(&web, "hog");
}

static void expect_overdue(pid_t handler)
{
	expect_within(5000, json_number(instance_page(&instance), "guardian.overdue") == 1);
	expect(json_number(instance_page(&instance), "guardian.hand_backs") == 0);
	expect(instance_pid(&instance, PART_HANDLER) == handler);
}

static void expect_serving(void)
{
	struct task *next;

	expect_within(30000, cg_killer_off(&web) && instance_group_is(&instance, &web, "armed"));
	next = task_start(&web, "next");
	task_touch(next, 128);
	witness_killed(&instance, &web, next);
	expect(instance_stop(&instance) == 0);
	expect(cg_is_free(&web) && !cg_has_attribute(&web));
}

/*
 * The handler has all the time of the policy the episode began with, and waits for a victim that cannot
 * die; the guardian, stopped until a reload is through, goes by the policy it finds then.
 */
static void handler_waits_too_long(void)
{
	struct task *wedged;
	struct nsec begin;
	pid_t handler;

	fuse_start();
	web = cg_make("web", 32);
	start("Step=kill timeout=60s\nDeadline=60s\n");
	handler = instance_pid(&instance, PART_HANDLER);
	wedged = task_start(&web, "wedged");
	task_fill(wedged, 20);
	task_fault_file(wedged, fuse_hanging_file());
	fuse_expect_withheld();
	instance_signal(&instance, PART_GUARDIAN, SIGSTOP);
	task_touch(hog, 64);
	expect_within(5000, instance_group_is(&instance, &web, "episode"));
	policy_write("Step=kill timeout=500ms\nDeadline=1s\n");
	instance_signal(&instance, PART_SUPERVISOR, SIGHUP);
	expect_within(2000,
		      json_number(instance_page(&instance), "policies.0.deadline_msec") == 1000);
	instance_signal(&instance, PART_GUARDIAN, SIGCONT);
	begin = clock_now();
	expect_within(PATIENCE_MSEC, task_exited(hog) && !cg_under_oom(&web));
	test_note("handed back %u ms after the deadline had become %d ms", test_msec_since(begin),
		  OVERDUE_MSEC);
	expect(!task_exited(wedged));
	expect(cg_level(&web).kills >= 1);
	expect_overdue(handler);
	fuse_release();
	expect_within(5000, task_killed(wedged));
	expect_serving();
}

/* It sleeps for a limit above that is not ours to judge; what is ours goes back all the same. */
static void limit_above_is_nobodys(void)
{
	struct cg parent = cg_make("parent", 32);
	struct nsec begin;
	pid_t handler;

	web = cg_make("parent/web", 64);
	cg_turn_killer_off(&parent);
	start("Step=kill\nDeadline=1s\n");
	handler = instance_pid(&instance, PART_HANDLER);
	task_touch(hog, 48);
	begin = clock_now();
	expect_within(5000, cg_under_oom(&web));
	expect_within(PATIENCE_MSEC, !cg_killer_off(&web));
	test_note("handed back after %u ms", test_msec_since(begin));
	expect(test_msec_since(begin) >= OVERDUE_MSEC);
	expect_overdue(handler);
	/*
	 * Not armed again, and nobody killed, while somebody above has not made up his mind. Each
	 * repetition of the write wakes the sleeper for a moment.
	 */
	expect_for(3000, !cg_killer_off(&web) && !task_exited(hog) && !task_done(hog));
	cg_set(&parent, CG_LIMIT, bytes_from_mib(200).count);
	expect_within(5000, task_done(hog));
	expect(cg_killer_off(&parent));
	expect_serving();
}

/* Return: the handler of now, 0 for none. The page is up to a second old, and its author may be slow. */
static pid_t handler_find(void)
{
	char path[64], comm[32];
	FILE *children, *file;
	int pid, found = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)instance.guardian,
		       (int)instance.guardian);
	children = fopen(path, "r");
	expect(children);
	while (!found && fscanf(children, "%d", &pid) == 1) {
		(void)snprintf(path, sizeof(path), "/proc/%d/comm", pid);
		file = fopen(path, "r");
		if (file && fgets(comm, sizeof(comm), file) && strstr(comm, "oom-handler"))
			found = pid;
		if (file)
			(void)fclose(file);
	}
	(void)fclose(children);
	return found;
}

static void handler_dies_again_and_again(void)
{
	unsigned int before = 0, pause;
	struct nsec death;

	web = cg_make("web", 32);
	start("Step=kill\n");
	for (int i = 0; i < DEATHS; i++) {
		expect_within(5000, handler_find());
		death = clock_now();
		expect(kill(handler_find(), SIGKILL) == 0);
		expect_within(5000, !handler_find() && !cg_killer_off(&web));
		if (i == DEATHS - 1) {
			/* Nobody serves, for seconds; and nobody waits. */
			task_touch(hog, 64);
			expect_within(5000, task_killed(hog));
			expect(!handler_find());
		}
		expect_within(30000, handler_find());
		pause = test_msec_since(death);
		test_note("death %d: started again after %u ms", i + 1, pause);
		expect(pause > before + 600);
		before = pause;
	}
	expect(cg_level(&web).kills == 1);
	expect_serving();
}

static const struct test tests[] = {
	{ .name = "handler-waits-too-long", .run = handler_waits_too_long },
	{ .name = "limit-above-is-nobodys", .run = limit_above_is_nobodys },
	{ .name = "handler-dies-again-and-again", .run = handler_dies_again_and_again },
};
TEST_MAIN(tests)
