/*
 * A group is found with the killer off, and there are three right answers: its operator's wish is
 * restored at the end, what was inherited from an armed parent is undone, an orphan is repaired.
 *
 *     scratch
 *     └── parent (64 MiB, armed)
 *         └── child (16 MiB, unmanaged)    hog
 */
#include <signal.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance, other;

static void policy_for(const char *name)
{
	struct cg scratch = cg_scratch();

	instance = instance_make("daemon");
	instance_policy(&instance, "50-test", "[Match]\nCgroup=%s/%s\n[OnOOM]\nStep=kill\n",
			cg_label(&scratch), name);
}

static void operators_own_is_restored(void)
{
	struct cg web = cg_make("web", 32);

	cg_turn_killer_off(&web);
	policy_for("web");
	instance_start_armed(&instance, &web);
	expect(cg_has_attribute(&web));
	expect(instance_stop(&instance) == 0);
	expect(cg_killer_off(&web));
	expect(!cg_has_attribute(&web));
}

static void operators_own_below_an_armed_parent_is_left(void)
{
	struct cg parent = cg_make("parent", 64), child = cg_make("parent/child", 16);
	struct cg scratch = cg_scratch();

	cg_turn_killer_off(&child);
	policy_for("parent");
	instance_start_armed(&instance, &parent);
	expect_for(2500, cg_killer_off(&child));
	/* The child's attribute has no lock of its own; to another instance it is no orphan all the same. */
	other = instance_make("other");
	instance_policy(&other, "50-none", "[Match]\nCgroup=%s/none\n", cg_label(&scratch));
	instance_start(&other, (struct instance_options){ 0 });
	expect(instance_stop(&other) == 0);
	expect(cg_has_attribute(&child));
	expect(instance_stop(&instance) == 0);
	expect(cg_killer_off(&child));
	expect(!cg_killer_off(&parent));
}

static void inherited_is_undone(void)
{
	struct cg parent = cg_make("parent", 64), child;

	policy_for("parent");
	instance_start_armed(&instance, &parent);
	child = cg_make("parent/child", 16);
	expect_within(3000, !cg_killer_off(&child));
	expect(instance_stop(&instance) == 0);
	expect(!cg_killer_off(&child) && !cg_killer_off(&parent));
}

/* Nobody serves the child's own limit in the moment it is made: its killer must come back by itself. */
static void childs_own_limit_is_hit_at_once(void)
{
	struct cg parent = cg_make("parent", 64), child;
	struct nsec begin;
	struct task *hog;

	policy_for("parent");
	instance_start_armed(&instance, &parent);
	child = cg_make("parent/child", 16);
	hog = task_start(&child, "hog");
	begin = clock_now();
	task_touch(hog, 32);
	expect_within(10000, task_killed(hog));
	test_note("killed %u ms after the child's limit was hit", test_msec_since(begin));
	expect(test_msec_since(begin) < 3000);
	expect(cg_level(&child).kills == 1);
	expect(cg_killer_off(&parent) && !cg_killer_off(&child));
}

/* The same, with the supervisor stopped: the level falls to whoever is left. */
static void childs_own_limit_with_the_supervisor_stopped(void)
{
	struct cg parent = cg_make("parent", 64), child;
	struct nsec begin;
	struct task *hog;

	policy_for("parent");
	instance_start_armed(&instance, &parent);
	instance_signal(&instance, PART_SUPERVISOR, SIGSTOP);
	child = cg_make("parent/child", 16);
	hog = task_start(&child, "hog");
	begin = clock_now();
	task_touch(hog, 32);
	expect_within(30000, task_killed(hog));
	test_note("killed %u ms after the child's limit was hit", test_msec_since(begin));
}

static void orphan_is_repaired(void)
{
	struct cg web = cg_make("web", 32);

	cg_make_orphan(&web);
	policy_for("web");
	instance_start_armed(&instance, &web);
	expect(instance_stop(&instance) == 0);
	expect(!cg_killer_off(&web));
	expect(!cg_has_attribute(&web));
}

static void orphan_without_a_policy_is_repaired(void)
{
	struct cg web = cg_make("web", 32);

	cg_make_orphan(&web);
	policy_for("elsewhere");
	instance_start(&instance, (struct instance_options){ 0 });
	expect_within(10000, !cg_killer_off(&web) && !cg_has_attribute(&web));
}

/* Everything dies; the next start finds its own traces and takes them for what they are. */
static void own_traces_after_a_crash_are_repaired(void)
{
	struct cg web = cg_make("web", 32);
	struct task *hog;

	policy_for("web");
	instance_start_armed(&instance, &web);
	instance_kill_all(&instance);
	expect(cg_killer_off(&web) && cg_has_attribute(&web));
	instance_start_armed(&instance, &web);
	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	witness_killed(&instance, &web, hog);
	expect(instance_stop(&instance) == 0);
	expect(!cg_killer_off(&web) && !cg_has_attribute(&web));
}

static const struct test tests[] = {
	{ .name = "operators-own-is-restored", .run = operators_own_is_restored },
	{ .name = "operators-own-below-an-armed-parent-is-left",
	  .run = operators_own_below_an_armed_parent_is_left },
	{ .name = "inherited-is-undone", .run = inherited_is_undone },
	{ .name = "childs-own-limit-is-hit-at-once", .run = childs_own_limit_is_hit_at_once },
	{ .name = "childs-own-limit-with-the-supervisor-stopped",
	  .run = childs_own_limit_with_the_supervisor_stopped },
	{ .name = "orphan-is-repaired", .run = orphan_is_repaired },
	{ .name = "orphan-without-a-policy-is-repaired",
	  .run = orphan_without_a_policy_is_repaired },
	{ .name = "own-traces-after-a-crash-are-repaired",
	  .run = own_traces_after_a_crash_are_repaired },
};
TEST_MAIN(tests)
