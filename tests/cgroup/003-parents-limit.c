/*
 * A child's task hits the limit of the parent: the parent's policy decides, over the whole subtree.
 *
 *     scratch
 *     └── parent (32 MiB, armed)
 *         ├── left  (no limit)     small
 *         └── right (64 MiB)       hog
 */
#include <string.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg parent, left, right;

static void start(const char *pattern)
{
	struct cg scratch = cg_scratch();

	parent = cg_make("parent", 32);
	left = cg_make("parent/left", 0);
	right = cg_make("parent/right", 64);
	instance = instance_make("daemon");
	instance_policy(&instance, "50-test", "[Match]\nCgroup=%s%s\n[OnOOM]\nStep=kill\n",
			cg_label(&scratch), pattern);
	instance_start_armed(&instance, &parent);
}

static void resolve(void)
{
	struct task *small = task_start(&left, "small"), *hog = task_start(&right, "hog");

	task_fill(small, 4);
	task_touch(hog, 48);
	witness_killed(&instance, &parent, hog);
	expect(!task_exited(small));
	task_fill(small, 8);
	expect(strcmp(json_text(instance_record_of(&instance, hog), "limit_cgroup"),
		      cg_label(&parent)) == 0);
}

static void parent_managed_alone(void)
{
	start("/parent");
	resolve();
	expect(!cg_killer_off(&right) && !cg_killer_off(&left));
}

/* The event reaches the child's registration too; it must not be taken for the child's own OOM. */
static void parent_and_child_managed(void)
{
	start("/**");
	expect_within(10000, instance_group_is(&instance, &right, "armed"));
	resolve();
	expect(instance_records(&instance, &right) == 0);
}

static const struct test tests[] = {
	{ .name = "parent-managed-alone", .run = parent_managed_alone },
	{ .name = "parent-and-child-managed", .run = parent_and_child_managed },
};
TEST_MAIN(tests)
