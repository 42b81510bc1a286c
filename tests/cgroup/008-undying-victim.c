/*
 * The chosen victim cannot die: it sleeps in the kernel, waiting for a file that never answers. The next
 * candidate is taken; and where there is none, the deadline hands the group back.
 *
 *     scratch
 *     └── web (32 MiB, armed)    wedged (20 MiB, unkillable), hog
 */
#include <string.h>

#include "cgroup/fuse.h"
#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web;
static struct task *wedged, *hog;

static void start(const char *on_oom)
{
	fuse_start();
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, on_oom);
	instance_start_armed(&instance, &web);
	wedged = task_start(&web, "wedged");
	hog = task_start(&web, "hog");
	task_fill(wedged, 20);
	task_fault_file(wedged, fuse_hanging_file());
	fuse_expect_withheld();
}

static void next_candidate_is_taken(void)
{
	struct json_object *record;

	start("Step=kill timeout=300ms\nDeadline=20s\n");
	task_touch(hog, 64);
	expect_within(10000, task_killed(hog));
	expect(!task_exited(wedged));
	expect_within(10000, instance_record_of(&instance, hog));
	record = instance_record_of(&instance, hog);
	expect(json_number(record, "victims.0.pid") == wedged->pid);
	expect(strcmp(json_text(record, "victims.0.end"), "outlived") == 0);
	expect(json_number(record, "victims.1.pid") == hog->pid);
	expect(strcmp(json_text(record, "victims.1.end"), "exited") == 0);
	expect(cg_level(&web).kills == 0);
	fuse_release();
	expect_within(5000, task_killed(wedged));
}

/* The first victim keeps the step waiting past the deadline: the kernel's killer gets the group. */
static void deadline_hands_back(void)
{
	struct nsec begin;

	start("Step=kill timeout=60s\nDeadline=1s\n");
	begin = clock_now();
	task_touch(hog, 64);
	expect_within(15000, task_exited(hog));
	test_note("handed back and killed %u ms after the hog began", test_msec_since(begin));
	expect(!task_exited(wedged));
	expect(cg_level(&web).kills >= 1);
	expect_within(10000, instance_record(&instance, &web));
	expect(strcmp(json_text(instance_record(&instance, &web), "kind"), "handed-back") == 0);
	expect(json_number(instance_group(&instance, &web), "hand_backs") >= 1);
	fuse_release();
}

static const struct test tests[] = {
	{ .name = "next-candidate-is-taken", .run = next_candidate_is_taken },
	{ .name = "deadline-hands-back", .run = deadline_hands_back },
};
TEST_MAIN(tests)
