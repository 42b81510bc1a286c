/*
 * Two groups run out of memory in the same instant; neither waits for the other.
 *
 *     scratch
 *     ├── one (32 MiB, armed)    small, hog
 *     └── two (32 MiB, armed)    small, hog
 */
#include <signal.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg one, two;
static struct task *small_one, *small_two, *hog_one, *hog_two;

static void populate(void)
{
	small_one = task_start(&one, "small");
	small_two = task_start(&two, "small");
	hog_one = task_start(&one, "hog");
	hog_two = task_start(&two, "hog");
	task_fill(small_one, 4);
	task_fill(small_two, 4);
}

static void both_are_resolved(void)
{
	one = cg_make("one", 32);
	two = cg_make("two", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start_armed(&instance, &one);
	expect_within(10000, instance_group_is(&instance, &two, "armed"));
	populate();
	task_touch(hog_one, 64);
	task_touch(hog_two, 64);
	witness_killed(&instance, &one, hog_one);
	witness_killed(&instance, &two, hog_two);
	expect(!task_exited(small_one) && !task_exited(small_two));
}

/* Both sleep before the handler looks at either: it is stopped, and the guardian with it. */
static void both_asleep_before_the_first_look(void)
{
	one = cg_make("one", 32);
	two = cg_make("two", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start_armed(&instance, &one);
	expect_within(10000, instance_group_is(&instance, &two, "armed"));
	populate();
	instance_signal(&instance, PART_GUARDIAN, SIGSTOP);
	instance_signal(&instance, PART_HANDLER, SIGSTOP);
	task_touch(hog_one, 64);
	task_touch(hog_two, 64);
	expect_within(5000, task_asleep(hog_one) && task_asleep(hog_two));
	instance_signal(&instance, PART_HANDLER, SIGCONT);
	expect_within(2000, task_exited(hog_one) && task_exited(hog_two));
	instance_signal(&instance, PART_GUARDIAN, SIGCONT);
	witness_killed(&instance, &one, hog_one);
	witness_killed(&instance, &two, hog_two);
}

static const struct test tests[] = {
	{ .name = "both-are-resolved", .run = both_are_resolved },
	{ .name = "both-asleep-before-the-first-look", .run = both_asleep_before_the_first_look },
};
TEST_MAIN(tests)
