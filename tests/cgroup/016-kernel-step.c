/*
 * The episode goes to the kernel's killer, with our choice marked; then the group is armed again.
 *
 *     scratch
 *     └── web (32 MiB, armed)    small, hog
 */
#include <string.h>
#include <unistd.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web;

static void start(void)
{
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kernel\n");
	instance_start_armed(&instance, &web);
}

static void killed_by_the_kernel_and_armed_again(void)
{
	struct task *small, *hog;

	start();
	small = task_start(&web, "small");
	hog = task_start(&web, "hog");
	task_fill(small, 4);
	task_touch(hog, 64);
	expect_within(5000, task_killed(hog));
	expect(!task_exited(small));
	expect(cg_level(&web).kills == 1);
	expect_within(10000, instance_record(&instance, &web));
	expect(strcmp(json_text(instance_record(&instance, &web), "kind"), "handed-back") == 0);
	expect(strcmp(json_text(instance_record(&instance, &web), "proof"), "kills") == 0);
	expect_within(10000, cg_killer_off(&web) && instance_group_is(&instance, &web, "armed"));
	expect_within(5000, json_number(instance_group(&instance, &web), "hand_backs") == 1);

	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	expect_within(5000, task_killed(hog));
	expect(!task_exited(small));
	expect(cg_level(&web).kills == 2);
}

/* Nobody's oom_score_adj stays raised. */
static void mark_is_taken_off(void)
{
	struct task *small;

	start();
	small = task_start(&web, "small");
	task_fill(small, 4);
	for (int round = 0; round < 2; round++) {
		struct task *hog = task_start(&web, "hog");

		expect_within(60000, cg_killer_off(&web));
		task_touch(hog, 64);
		expect_within(5000, task_killed(hog));
	}
	expect_within(3000, process_oom_score_adj(small->pid) == process_oom_score_adj(getpid()));
}

static const struct test tests[] = {
	{ .name = "killed-by-the-kernel-and-armed-again",
	  .run = killed_by_the_kernel_and_armed_again },
	{ .name = "mark-is-taken-off", .run = mark_is_taken_off, .seconds = 90 },
};
TEST_MAIN(tests)
