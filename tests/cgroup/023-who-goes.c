/*
 * Who goes, where it is not simply the largest one whose size is known: a hog in the name of a container
 * shim, a hog that nobody has measured, and what a dry run says it would have done.
 *
 *     scratch
 *     └── web (32 MiB)    small, hog
 */
#include <signal.h>
#include <string.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web;

static void prepare(const char *on_oom)
{
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, on_oom);
}

/* The name alone saves nobody: else its neighbours would die for it. */
static void hog_in_a_shims_name_goes(void)
{
	struct task *small, *hog;

	prepare("Step=kill\n");
	instance_start_armed(&instance, &web);
	small = task_start(&web, "small");
	hog = task_start(&web, "pause");
	task_fill(small, 4);
	task_touch(hog, 64);
	expect_within(5000, task_killed(hog));
	expect_within(5000, instance_record_of(&instance, hog));
	expect(strcmp(json_text(instance_record(&instance, &web), "kind"), "resolved") == 0);
	expect(json_number(instance_record(&instance, &web), "kernel_kills") == 0);
	expect(!task_exited(small));
}

/*
 * It is decided from facts, and the supervisor is stopped when the hog is born, so its facts are missing.
 * The one process with facts is small: it must live, and the kernel's killer, which sees both, gets the
 * episode.
 */
static void unmeasured_hog_is_left_to_the_kernel(void)
{
	struct task *small, *hog;

	prepare("Step=kill\n");
	instance_configure(&instance, "Snapshot=facts\n");
	small = task_start(&web, "small");
	task_fill(small, 4);
	instance_start_armed(&instance, &web);
	instance_signal(&instance, PART_SUPERVISOR, SIGSTOP);
	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	expect_within(5000, task_killed(hog));
	expect(!task_exited(small));
	expect(cg_level(&web).kills == 1);
	instance_signal(&instance, PART_SUPERVISOR, SIGCONT);
	expect_within(15000, instance_record(&instance, &web));
	expect(strcmp(json_text(instance_record(&instance, &web), "kind"), "handed-back") == 0);
	expect(!task_exited(small));
}

static void dry_run_names_its_choice(void)
{
	struct task *small, *hog;
	struct json_object *record;

	prepare("Mode=dry-run\nStep=kill\n");
	instance_start(&instance, (struct instance_options){ 0 });
	small = task_start(&web, "small");
	hog = task_start(&web, "hog");
	task_fill(small, 4);
	task_fill(hog, 8);
	expect_within(10000, instance_group_is(&instance, &web, "held"));
	/* Long enough for the sampler to have measured both (SampleInterval=5s). */
	expect_for(6000, !task_exited(hog));
	task_touch(hog, 64);
	expect_within(5000, task_killed(hog));
	expect_within(5000, instance_record(&instance, &web));
	record = instance_record(&instance, &web);
	expect(strcmp(json_text(record, "kind"), "dry-run") == 0);
	expect(strcmp(json_text(record, "steps.0.result"), "would") == 0);
	expect(strcmp(json_text(record, "victims.0.end"), "spared") == 0);
	expect(json_number(record, "victims.0.pid") == hog->pid);
	expect(json_number(record, "kernel_kills") == 1);
	expect(!task_exited(small));
}

static const struct test tests[] = {
	{ .name = "hog-in-a-shims-name-goes", .run = hog_in_a_shims_name_goes },
	{ .name = "unmeasured-hog-is-left-to-the-kernel",
	  .run = unmeasured_hog_is_left_to_the_kernel },
	{ .name = "dry-run-names-its-choice", .run = dry_run_names_its_choice },
};
TEST_MAIN(tests)
