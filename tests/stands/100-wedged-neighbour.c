/*
 * A process of the group has its mmap_lock held for good: every file in /proc that takes it hangs its
 * reader. The daemon must neither read one nor be slowed by it.
 *
 *     scratch
 *     └── web (32 MiB, armed)    wedged (mmap_lock stuck), hog
 */
#include "cgroup/fuse.h"
#include "cgroup/instance.h"
#include "cgroup/test.h"
#include "cgroup/wedge.h"

static void resolved_all_the_same(void)
{
	struct cg web;
	struct instance instance;
	struct task *hog;
	struct nsec begin;

	fuse_start();
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start_armed(&instance, &web);
	(void)wedge_start(&web);
	for (int round = 0; round < 3; round++) {
		hog = task_start(&web, "hog");
		begin = clock_now();
		task_touch(hog, 64);
		expect_within(5000, task_killed(hog));
		test_note("killed %u ms after it began to touch", test_msec_since(begin));
		witness_killed(&instance, &web, hog);
	}
	fuse_release();
}

/* The daemon starts, discovers and arms with the wedge in place. */
static void started_beside_it(void)
{
	struct cg web;
	struct instance instance;
	struct task *hog;

	fuse_start();
	web = cg_make("web", 32);
	(void)wedge_start(&web);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start_armed(&instance, &web);
	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	witness_killed(&instance, &web, hog);
	fuse_release();
}

static const struct test tests[] = {
	{ .name = "resolved-all-the-same", .run = resolved_all_the_same },
	{ .name = "started-beside-it", .run = started_beside_it },
};
TEST_MAIN(tests)
