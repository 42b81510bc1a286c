/*
 * The chosen victim exits by itself between the snapshot and the signal: nobody else may die for it.
 *
 *     scratch
 *     └── web (32 MiB, armed)    small, hog
 */
#include <signal.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static void exits_meanwhile(const char *hold)
{
	struct cg web = cg_make("web", 32);
	struct instance instance = instance_make("daemon");
	struct task *small, *hog;

	instance_policy_all(&instance, "Step=kill\n");
	instance_start(&instance, (struct instance_options){ .hold = hold });
	expect_within(10000, instance_group_is(&instance, &web, "armed"));
	small = task_start(&web, "small");
	hog = task_start(&web, "hog");
	task_fill(small, 4);
	instance_signal(&instance, PART_GUARDIAN, SIGSTOP);
	task_touch(hog, 64);
	expect_within(5000, instance_held(&instance, PART_HANDLER));
	task_kill(hog);
	instance_signal(&instance, PART_HANDLER, SIGCONT);
	instance_signal(&instance, PART_GUARDIAN, SIGCONT);
	expect_within(10000, instance_records(&instance, &web) == 1);
	expect(!task_exited(small));
	task_fill(small, 16);
	expect(!cg_under_oom(&web) && cg_killer_off(&web));
}

static void after_the_snapshot(void)
{
	exits_meanwhile("snapshot-done");
}

static void before_the_signal(void)
{
	exits_meanwhile("kill-before-signal");
}

static const struct test tests[] = {
	{ .name = "after-the-snapshot", .run = after_the_snapshot },
	{ .name = "before-the-signal", .run = before_the_signal },
};
TEST_MAIN(tests)
