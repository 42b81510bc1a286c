/*
 * Tasks are asleep already when the daemon starts: the killer was switched off by an operator, and no
 * event will ever come for what happened before the registration.
 *
 *     scratch
 *     └── web (32 MiB, killer off by its operator)    small, hog
 */
#include "cgroup/instance.h"
#include "cgroup/test.h"

static void resolved_at_start_and_restored_at_stop(void)
{
	struct cg web = cg_make("web", 32);
	struct instance instance = instance_make("daemon");
	struct task *small = task_start(&web, "small"), *hog = task_start(&web, "hog");

	cg_turn_killer_off(&web);
	task_fill(small, 4);
	task_touch(hog, 64);
	expect_within(5000, task_asleep(hog));
	expect(cg_under_oom(&web));
	instance_policy_all(&instance, "Step=kill\n");
	instance_start(&instance, (struct instance_options){ 0 });
	witness_killed(&instance, &web, hog);
	expect(!task_exited(small));
	expect(instance_stop(&instance) == 0);
	expect(cg_killer_off(&web));
	expect(!cg_has_attribute(&web));
}

static const struct test tests[] = {
	{ .name = "resolved-at-start-and-restored-at-stop",
	  .run = resolved_at_start_and_restored_at_stop },
};
TEST_MAIN(tests)
