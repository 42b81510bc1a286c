/*
 * How it starts, refuses to start, and ends.
 *
 *     scratch
 *     └── web (32 MiB)    hog
 */
#include <stdio.h>
#include <string.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web;

static void prepare(void)
{
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
}

static void stop_undoes_everything(void)
{
	char text[65536];

	prepare();
	instance_start_armed(&instance, &web);
	expect(cg_killer_off(&web) && cg_has_attribute(&web));
	expect(instance_ctl(&instance, text, "status", NULL) == 0);
	expect(instance_stop(&instance) == 0);
	expect(cg_is_free(&web) && !cg_has_attribute(&web));
	expect(instance_ctl(&instance, text, "status", NULL) == 3);
}

/* A task sleeps while the daemon is told to stop: it must not be left asleep. */
static void stop_in_mid_episode_frees_the_group(void)
{
	struct task *hog;

	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\nDeadline=30s\n");
	instance_start(&instance, (struct instance_options){ .hold = "kill-before-signal" });
	expect_within(10000, instance_group_is(&instance, &web, "armed"));
	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	expect_within(5000, instance_held(&instance, PART_HANDLER));
	expect(instance_stop(&instance) == 0);
	expect_within(2000, task_killed(hog));
	expect(cg_is_free(&web) && !cg_has_attribute(&web));
}

static void broken_policy_exits_5(void)
{
	prepare();
	instance_policy(&instance, "60-broken", "[Match]\nCgroup=/x\nColour=blue\n");
	expect(instance_run(&instance, (struct instance_options){ 0 }) == 5);
	expect(instance_logged(&instance, "60-broken.policy:3"));
	expect(!cg_killer_off(&web));
}

static void broken_config_exits_5(void)
{
	FILE *file;

	prepare();
	file = fopen(instance.config, "w");
	expect(file && fputs("[Supervisor]\nSampleInterval=soon\n", file) >= 0 &&
	       fclose(file) == 0);
	expect(instance_run(&instance, (struct instance_options){ 0 }) == 5);
	expect(instance_logged(&instance, "oomhandlerd.conf:2"));
}

static void kernel_gate_exits_6(void)
{
	prepare();
	expect(instance_run(&instance, (struct instance_options){ .fail_kernel_gate = true }) == 6);
	expect(instance_logged(&instance, "3812c8c8f395"));
	expect(!cg_killer_off(&web) && !cg_has_attribute(&web));
}

static void usage_exits_2(void)
{
	char text[65536];

	prepare();
	expect(instance_ctl(&instance, text, "dance", NULL) == 2);
	expect(strstr(text, "usage:"));
	expect(instance_ctl(&instance, text, "status", "--dance") == 2);
	expect(instance_ctl(&instance, text, "show", NULL) == 2);
}

/* A page of somebody else's making: a clear error, never a crash. */
static void foreign_status_page_is_refused(void)
{
	static const char *const pages[] = {
		"", "{", "[]", "null", "{\"format\":\"x\"}", "\377\376"
	};
	char path[160], text[65536];

	prepare();
	(void)snprintf(path, sizeof(path), "%s/status.json", instance.runtime);
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		FILE *file = fopen(path, "w");
		int status;

		expect(file && fputs(pages[i], file) >= 0 && fclose(file) == 0);
		status = instance_ctl(&instance, text, "status", NULL);
		if (status != 1 && status != 3)
			test_fail(TEST_HERE, "page '%s': status %d\n%s", pages[i], status, text);
		expect(strstr(text, "status.json"));
	}
}

static void dry_run_never_arms(void)
{
	struct task *small, *hog;

	prepare();
	instance_start(&instance, (struct instance_options){ .dry_run = true });
	expect_within(10000, instance_group(&instance, &web));
	small = task_start(&web, "small");
	hog = task_start(&web, "hog");
	task_fill(small, 4);
	expect_for(1500, !cg_killer_off(&web));
	task_touch(hog, 64);
	expect_within(5000, task_killed(hog));
	expect(cg_level(&web).kills == 1);
	expect_within(5000, instance_record(&instance, &web));
	expect(strcmp(json_text(instance_record(&instance, &web), "kind"), "dry-run") == 0);
	expect(json_object_get_boolean(json_at(instance_record(&instance, &web), "dry_run")));
	expect(!cg_has_attribute(&web));
}

static void ignore_mode_leaves_the_group_alone(void)
{
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Mode=ignore\n");
	instance_start(&instance, (struct instance_options){ 0 });
	expect_for(1500, !cg_killer_off(&web) && !cg_has_attribute(&web));
}

static void drill_resolves_and_leaves_nothing(void)
{
	char text[65536];
	int status;

	prepare();
	status = instance_ctl(&instance, text, "drill", NULL);
	if (status != 0)
		test_fail(TEST_HERE, "drill: status %d\n%s", status, text);
	test_note("%s", text);
}

static const struct test tests[] = {
	{ .name = "stop-undoes-everything", .run = stop_undoes_everything },
	{ .name = "stop-in-mid-episode-frees-the-group",
	  .run = stop_in_mid_episode_frees_the_group },
	{ .name = "broken-policy-exits-5", .run = broken_policy_exits_5 },
	{ .name = "broken-config-exits-5", .run = broken_config_exits_5 },
	{ .name = "kernel-gate-exits-6", .run = kernel_gate_exits_6 },
	{ .name = "usage-exits-2", .run = usage_exits_2 },
	{ .name = "foreign-status-page-is-refused", .run = foreign_status_page_is_refused },
	{ .name = "dry-run-never-arms", .run = dry_run_never_arms },
	{ .name = "ignore-mode-leaves-the-group-alone", .run = ignore_mode_leaves_the_group_alone },
	{ .name = "drill-resolves-and-leaves-nothing", .run = drill_resolves_and_leaves_nothing },
};
TEST_MAIN(tests)
