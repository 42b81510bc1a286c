/*
 * A second hog right after the first one has died, within the settling of the first one's episode: what
 * was known when the first was chosen does not know the second. It is the one to go, not a bystander.
 *
 *     scratch
 *     └── web (32 MiB, armed)    small, hog, next
 */
#include "cgroup/instance.h"
#include "cgroup/test.h"

#define ROUNDS 3

static struct instance instance;
static struct cg web;
static struct task *small;

static void start(void)
{
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\nDeadline=20s\n");
	instance_start_armed(&instance, &web);
	small = task_start(&web, "small");
	task_fill(small, 4);
}

static void start_and_kill_a_hog(void)
{
	struct task *hog = task_start(&web, "hog");

	task_touch(hog, 64);
	expect_within(10000, task_killed(hog));
}

static void expect_newcomer_killed(struct task *next)
{
	expect_within(10000, task_exited(next) || task_exited(small));
	expect(!task_exited(small));
	expect(task_killed(next));
	expect_within(10000, instance_record_of(&instance, next));
	expect(cg_level(&web).kills == 0);
}

static void comes_at_once(void)
{
	struct task *next = NULL;

	start();
	start_and_kill_a_hog();
	for (int round = 0; round < ROUNDS; round++) {
		next = task_start(&web, "next");
		task_touch(next, 64);
		expect_within(10000, task_exited(next) || task_exited(small));
		expect(!task_exited(small));
	}
	expect_newcomer_killed(next);
}

static void comes_a_little_later(void)
{
	struct task *next;

	start();
	start_and_kill_a_hog();
	next = task_start(&web, "next");
	expect_for(300, !cg_under_oom(&web));
	task_touch(next, 64);
	expect_newcomer_killed(next);
}

/* Known when the first was chosen, and small then: it has grown since. */
static void has_grown_since(void)
{
	struct task *next;

	start();
	next = task_start(&web, "next");
	task_fill(next, 1);
	start_and_kill_a_hog();
	task_touch(next, 64);
	expect_newcomer_killed(next);
}

static const struct test tests[] = {
	{ .name = "comes-at-once", .run = comes_at_once },
	{ .name = "comes-a-little-later", .run = comes_a_little_later },
	{ .name = "has-grown-since", .run = has_grown_since },
};
TEST_MAIN(tests)
