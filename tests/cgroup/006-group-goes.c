/*
 * A group that is removed, renamed or made again under the same name, while armed or in mid-episode.
 *
 *     scratch
 *     └── web (32 MiB, armed)    hog
 */
#include <signal.h>
#include <stdio.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web;

static void start(const char *hold)
{
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start(&instance, (struct instance_options){ .hold = hold });
	expect_within(10000, instance_group_is(&instance, &web, "armed"));
}

static void still_serves(void)
{
	struct cg next = cg_make("next", 32);
	struct task *hog;

	expect_within(10000, instance_group_is(&instance, &next, "armed"));
	hog = task_start(&next, "hog");
	task_touch(hog, 64);
	witness_killed(&instance, &next, hog);
}

static void removed_between_event_and_decision(void)
{
	struct task *hog;
	int64_t generation;

	start("episode-begin");
	generation = json_number(instance_page(&instance), "handler.generation");
	hog = task_start(&web, "hog");
	instance_signal(&instance, PART_GUARDIAN, SIGSTOP);
	task_touch(hog, 64);
	expect_within(5000, instance_held(&instance, PART_HANDLER));
	task_kill(hog);
	cg_remove(&web);
	instance_signal(&instance, PART_HANDLER, SIGCONT);
	instance_signal(&instance, PART_GUARDIAN, SIGCONT);
	still_serves();
	expect(!instance_group(&instance, &web));
	expect(json_number(instance_page(&instance), "handler.generation") == generation);
}

static void renamed_keeps_its_policy_and_killer(void)
{
	struct cg renamed = cg_named("renamed");
	struct task *hog;

	start(NULL);
	hog = task_start(&web, "hog");
	expect(rename(web.path, renamed.path) == 0);
	task_touch(hog, 64);
	expect_within(5000, task_killed(hog));
	witness_killed(&instance, &renamed, hog);
	expect(!instance_group(&instance, &web));
	expect(cg_killer_off(&renamed));
}

/* Identity is the inode: the new group is another one, whatever its name. */
static void path_made_again_is_another_group(void)
{
	uint64_t before;
	struct task *hog;

	start(NULL);
	before = cg_inode(&web);
	cg_remove(&web);
	web = cg_make("web", 32);
	expect(cg_inode(&web) != before);
	expect_within(10000, json_number(instance_group(&instance, &web), "inode") ==
				     (int64_t)cg_inode(&web));
	expect_within(10000, instance_group_is(&instance, &web, "armed"));
	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	witness_killed(&instance, &web, hog);
}

static const struct test tests[] = {
	{ .name = "removed-between-event-and-decision", .run = removed_between_event_and_decision },
	{ .name = "renamed-keeps-its-policy-and-killer",
	  .run = renamed_keeps_its_policy_and_killer },
	{ .name = "path-made-again-is-another-group", .run = path_made_again_is_another_group },
};
TEST_MAIN(tests)
