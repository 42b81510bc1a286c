/*
 * Each part is killed and stopped while a task sleeps and nothing has been done about it yet. The group
 * must be free soon: measured from the blow, with the figure printed; asserted generously, because the
 * machine may be busy, while without the mechanism under test the sleeper would sleep for ever.
 *
 *     scratch
 *     └── web (32 MiB, armed)    small, hog (asleep)
 */
#include <signal.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

#define FREE_MSEC 3000

static struct instance instance;
static struct cg web;
static struct task *small, *hog;

/*
 * Up to the moment of the blow: the hog sleeps, the handler stands before its signal. The guardian is
 * stopped meanwhile, so that it is not its judgement of a silent handler that is measured.
 */
static void unresolved(void)
{
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\nDeadline=30s\n");
	instance_start(&instance, (struct instance_options){ .hold = "kill-before-signal" });
	expect_within(10000, instance_group_is(&instance, &web, "armed"));
	small = task_start(&web, "small");
	hog = task_start(&web, "hog");
	task_fill(small, 4);
	instance_signal(&instance, PART_GUARDIAN, SIGSTOP);
	task_touch(hog, 64);
	expect_within(5000, instance_held(&instance, PART_HANDLER));
	expect(task_asleep(hog) && cg_under_oom(&web));
}

static void expect_free(struct nsec blow)
{
	expect_within(15000, task_exited(hog) && !cg_under_oom(&web));
	test_note("free %u ms after the blow", test_msec_since(blow));
	expect(test_msec_since(blow) < FREE_MSEC);
	expect(!task_exited(small));
	task_fill(small, 6);
}

/*
 * After the storm the instance serves again. A handler that was started anew reads the same environment
 * and stands at its hold point once as well.
 */
static void expect_serving(void)
{
	struct task *next;

	expect_within(20000, instance_group_is(&instance, &web, "armed") && cg_killer_off(&web));
	next = task_start(&web, "next");
	task_touch(next, 64);
	expect_within(10000, task_killed(next) || instance_held(&instance, PART_HANDLER));
	if (!task_killed(next))
		instance_signal(&instance, PART_HANDLER, SIGCONT);
	witness_killed(&instance, &web, next);
}

static void handler_killed(void)
{
	struct nsec blow;

	unresolved();
	instance_signal(&instance, PART_GUARDIAN, SIGCONT);
	blow = clock_now();
	instance_signal(&instance, PART_HANDLER, SIGKILL);
	expect_free(blow);
	expect(cg_level(&web).kills == 1);
	expect_serving();
}

static void handler_stopped(void)
{
	struct nsec blow;

	unresolved();
	blow = clock_now();
	instance_signal(&instance, PART_GUARDIAN, SIGCONT);
	expect_free(blow);
	expect(cg_level(&web).kills == 1);
	expect_serving();
}

/* Without its guardian the handler hands back what it holds and goes. */
static void guardian_killed(void)
{
	struct nsec blow;
	pid_t handler;

	unresolved();
	handler = instance_pid(&instance, PART_HANDLER);
	blow = clock_now();
	instance_signal(&instance, PART_GUARDIAN, SIGKILL);
	expect(kill(handler, SIGCONT) == 0);
	expect_free(blow);
	expect_within(5000, cg_is_free(&web));
	expect_within(10000, process_state(handler) == '-' || process_state(handler) == 'Z');
}

/* A stopped guardian keeps nobody from resolving. */
static void guardian_stopped(void)
{
	struct nsec blow;

	unresolved();
	blow = clock_now();
	instance_signal(&instance, PART_HANDLER, SIGCONT);
	expect_free(blow);
	expect(cg_level(&web).kills == 0);
	/* ... but nobody watches the handler now: it disarms until the guardian is back. */
	expect_within(15000, !cg_killer_off(&web));
	instance_signal(&instance, PART_GUARDIAN, SIGCONT);
	expect_serving();
}

/* Return: the pid of the supervisor that was struck. */
static pid_t supervisor_blow(int signal_number)
{
	struct nsec blow;
	pid_t supervisor;

	unresolved();
	supervisor = instance_pid(&instance, PART_SUPERVISOR);
	blow = clock_now();
	expect(kill(supervisor, signal_number) == 0);
	instance_signal(&instance, PART_GUARDIAN, SIGCONT);
	instance_signal(&instance, PART_HANDLER, SIGCONT);
	expect_free(blow);
	expect(cg_level(&web).kills == 0);
	return supervisor;
}

/* The page is the new one's, and it has seen the group with its own eyes. */
static bool is_succeeded(pid_t supervisor)
{
	return instance_pid(&instance, PART_SUPERVISOR) != supervisor &&
	       instance_group_is(&instance, &web, "armed");
}

static void supervisor_killed(void)
{
	pid_t supervisor = supervisor_blow(SIGKILL);

	expect_within(20000, is_succeeded(supervisor));
	expect_serving();
}

static void supervisor_stopped(void)
{
	pid_t supervisor = supervisor_blow(SIGSTOP);

	expect_within(40000, is_succeeded(supervisor));
	expect_serving();
}

static void all_killed_then_hand_back(void)
{
	struct nsec blow;
	pid_t pid;

	unresolved();
	instance_kill_all(&instance);
	expect(task_asleep(hog) && cg_killer_off(&web));
	blow = clock_now();
	pid = hand_back_start(&instance);
	expect_free(blow);
	hand_back_expect(&instance, pid);
	expect(cg_is_free(&web) && !cg_has_attribute(&web));
}

static const struct test tests[] = {
	{ .name = "handler-killed", .run = handler_killed },
	{ .name = "handler-stopped", .run = handler_stopped },
	{ .name = "guardian-killed", .run = guardian_killed },
	{ .name = "guardian-stopped", .run = guardian_stopped, .seconds = 90 },
	{ .name = "supervisor-killed", .run = supervisor_killed },
	{ .name = "supervisor-stopped", .run = supervisor_stopped, .seconds = 90 },
	{ .name = "all-killed-then-hand-back", .run = all_killed_then_hand_back },
};
TEST_MAIN(tests)
