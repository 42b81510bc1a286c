/*
 * A second task falls asleep while the first one waits: the kernel tells of the first alone.
 *
 *     scratch
 *     └── web (32 MiB, armed)    first, second
 */
#include <signal.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web;
static struct task *first, *second;

static void start(const char *hold)
{
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start(&instance, (struct instance_options){ .hold = hold });
	expect_within(10000, instance_group_is(&instance, &web, "armed"));
	first = task_start(&web, "first");
	second = task_start(&web, "second");
}

/* The handler stands right before its signal when the second task joins. */
static void runs_on_when_the_first_dies(void)
{
	start("kill-before-signal");
	task_fill(second, 4);
	instance_signal(&instance, PART_GUARDIAN, SIGSTOP);
	task_touch(first, 64);
	expect_within(5000, instance_held(&instance, PART_HANDLER));
	task_touch(second, 8);
	expect_within(5000, task_asleep(second));
	instance_signal(&instance, PART_HANDLER, SIGCONT);
	instance_signal(&instance, PART_GUARDIAN, SIGCONT);
	witness_killed(&instance, &web, first);
	expect_within(5000, task_done(second));
	expect(!task_exited(second));
}

/* What the first leaves is not enough for the second: it goes to sleep again without an event. */
static void second_is_seen_when_it_sleeps_again(void)
{
	struct task *small;

	start(NULL);
	small = task_start(&web, "small");
	task_fill(small, 2);
	task_touch(second, 64);
	task_touch(first, 64);
	expect_within(10000, task_killed(first) && task_killed(second));
	witness_killed(&instance, &web, first);
	witness_killed(&instance, &web, second);
	expect(!task_exited(small));
}

static const struct test tests[] = {
	{ .name = "runs-on-when-the-first-dies", .run = runs_on_when_the_first_dies },
	{ .name = "second-is-seen-when-it-sleeps-again",
	  .run = second_is_seen_when_it_sleeps_again },
};
TEST_MAIN(tests)
