/*
 * The parent runs out of memory while a child's task sleeps because of the child's own limit: the
 * kernel sends no event to anybody (KERNEL.md K4), only the level tells.
 *
 *     scratch
 *     └── parent (48 MiB, armed)
 *         ├── held  (8 MiB, killer off by its operator)   sleeper
 *         └── other (no limit)                            hog
 */
#include <string.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static void found_by_looking(void)
{
	struct cg parent = cg_make("parent", 48), held = cg_make("parent/held", 8),
		  other = cg_make("parent/other", 0);
	struct instance instance = instance_make("daemon");
	struct cg scratch = cg_scratch();
	struct task *sleeper, *hog;

	cg_turn_killer_off(&held);
	instance_policy(&instance, "50-test", "[Match]\nCgroup=%s/parent\n[OnOOM]\nStep=kill\n",
			cg_label(&scratch));
	instance_start_armed(&instance, &parent);
	expect(cg_killer_off(&held));
	sleeper = task_start(&held, "sleeper");
	hog = task_start(&other, "hog");
	task_touch(sleeper, 16);
	expect_within(5000, task_asleep(sleeper));
	/* Not ours: the sleeper of a limit whose killer somebody else switched off stays asleep. */
	expect_for(1500, !task_exited(sleeper));
	expect(!cg_under_oom(&parent));

	task_touch(hog, 64);
	witness_killed(&instance, &parent, hog);
	expect(strcmp(json_text(instance_record_of(&instance, hog), "found_by"), "sweep") == 0);
	expect(!task_exited(sleeper));
}

static const struct test tests[] = {
	{ .name = "found-by-looking", .run = found_by_looking },
};
TEST_MAIN(tests)
