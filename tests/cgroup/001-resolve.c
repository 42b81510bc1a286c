/*
 * The main job: the hog alone dies by the daemon's hand, the others finish what they were about to do.
 *
 *     scratch
 *     └── web (32 MiB, armed)    small, middle, hog
 */
#include <string.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web;

static void start(void)
{
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start_armed(&instance, &web);
}

static void hog_alone_dies(void)
{
	struct task *small, *middle, *hog;
	struct json_object *record;

	start();
	small = task_start(&web, "small");
	middle = task_start(&web, "middle");
	hog = task_start(&web, "hog");
	task_fill(small, 2);
	task_fill(middle, 6);
	task_touch(hog, 64);
	witness_killed(&instance, &web, hog);

	task_fill(small, 4);
	task_fill(middle, 8);
	expect(!task_exited(small) && !task_exited(middle));
	expect(cg_level(&web).kills == 0);
	record = instance_record_of(&instance, hog);
	expect(json_number(record, "candidates_total") == 3);
	expect(json_number(record, "limit") == (int64_t)bytes_from_mib(32).count);
	expect(strcmp(json_text(record, "candidates.0.comm"), "hog") == 0);
	expect(strcmp(json_text(record, "victims.0.end"), "exited") == 0);
	expect(json_number(record, "freed") > (int64_t)bytes_from_mib(16).count);
	expect(json_number(record, "kernel_kills") == 0);
}

/* A count, not a timing: between event and record the handler's loop touches no page it had not. */
static void handler_faults_no_page(void)
{
	start();
	for (int round = 0; round < 3; round++) {
		struct task *hog = task_start(&web, "hog");

		task_touch(hog, 64);
		witness_killed(&instance, &web, hog);
		test_note("page faults: %lld",
			  (long long)json_number(instance_record_of(&instance, hog),
						 "page_faults"));
		expect(json_number(instance_record_of(&instance, hog), "page_faults") == 0);
	}
	expect(json_number(instance_page(&instance), "handler.page_faults") == 0);
}

/* The record's name for a hostile process cannot forge a line or drive a terminal. */
static void hostile_name_is_escaped(void)
{
	struct task *hog;

	start();
	hog = task_start(&web, "\033[2J\nPID=1 \\");
	task_touch(hog, 64);
	witness_killed(&instance, &web, hog);
	expect(strcmp(json_text(instance_record_of(&instance, hog), "victims.0.comm"),
		      "\\x1b[2J\\nPID=1 \\\\") == 0);
}

/* Blanks, quotes and an escape sequence; a newline is refused by the kernel itself. */
static void nested_group_with_a_strange_name_is_managed(void)
{
	struct cg outer = cg_make("a b", 0), inner = cg_make("a b/\"c'\t\033", 32);
	struct task *hog;

	(void)outer;
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start(&instance, (struct instance_options){ 0 });
	expect_within(10000, cg_killer_off(&inner));
	hog = task_start(&inner, "hog");
	task_touch(hog, 64);
	expect_within(5000, task_killed(hog));
	expect_within(5000, instance_record_of(&instance, hog));
	expect(strstr(json_text(instance_record_of(&instance, hog), "cgroup"),
		      "/a b/\"c'\\t\\x1b"));
}

static const struct test tests[] = {
	{ .name = "hog-alone-dies", .run = hog_alone_dies },
	{ .name = "handler-faults-no-page", .run = handler_faults_no_page },
	{ .name = "hostile-name-is-escaped", .run = hostile_name_is_escaped },
	{ .name = "nested-group-with-a-strange-name-is-managed",
	  .run = nested_group_with_a_strange_name_is_managed },
};
TEST_MAIN(tests)
