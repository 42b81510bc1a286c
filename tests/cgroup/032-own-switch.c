/*
 * The operator has switched a group's killer off himself, below a group that is armed; then policies
 * change. Through every change his 1 stays his, and what was inherited stays nobody's.
 *
 *     scratch
 *     └── top (64 MiB)
 *         ├── own (16 MiB, found at 1)
 *         └── late (16 MiB, made while top is being released)
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg top, own;

static void policy_set(const char *file, const char *pattern, const char *mode)
{
	struct cg scratch = cg_scratch();

	instance_policy(&instance, file, "[Match]\nCgroup=%s/%s\n[OnOOM]\nMode=%s\nStep=kill\n",
			cg_label(&scratch), pattern, mode);
}

static void policy_drop(const char *file)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s.policy", instance.policies, file);
	expect(unlink(path) == 0);
}

static void make(void)
{
	top = cg_make("top", 64);
	own = cg_make("top/own", 16);
	cg_turn_killer_off(&own);
	instance = instance_make("daemon");
	policy_set("50-top", "top", "enforce");
}

static bool is_role(const struct cg *cg, const char *role)
{
	struct json_object *group = instance_group(&instance, cg);

	return group && strcmp(json_text(group, "role"), role) == 0;
}

/* The whole instance goes: his group is as he left it, and nothing of ours is anywhere. */
static void expect_his_own(void)
{
	expect(instance_stop(&instance) == 0);
	expect(cg_killer_off(&own) && !cg_has_attribute(&own));
	expect(!cg_killer_off(&top) && !cg_has_attribute(&top));
}

static void becomes_managed(void)
{
	struct task *hog;

	make();
	instance_start_armed(&instance, &top);
	expect_within(5000, is_role(&own, "descendant"));
	policy_set("60-own", "top/own", "enforce");
	instance_reload(&instance);
	expect_within(10000, instance_group_is(&instance, &own, "armed"));
	hog = task_start(&own, "hog");
	task_touch(hog, 32);
	witness_killed(&instance, &own, hog);
	expect_his_own();
}

static void is_released_below_an_armed_one(void)
{
	make();
	policy_set("60-own", "top/own", "enforce");
	instance_start_armed(&instance, &top);
	expect_within(10000, instance_group_is(&instance, &own, "armed"));
	policy_drop("60-own");
	instance_reload(&instance);
	expect_within(10000, is_role(&own, "descendant"));
	expect_for(1500, cg_killer_off(&own));
	expect(cg_has_attribute(&own));
	policy_drop("50-top");
	instance_reload(&instance);
	expect_within(10000, !cg_has_attribute(&top) && !cg_has_attribute(&own));
	expect_his_own();
}

/* Both at once: the one above must not take the other's 1 for its own heritage. */
static void is_released_with_the_one_above(void)
{
	make();
	policy_set("60-own", "top/own", "enforce");
	instance_start_armed(&instance, &top);
	expect_within(10000, instance_group_is(&instance, &own, "armed"));
	policy_drop("60-own");
	policy_drop("50-top");
	instance_reload(&instance);
	expect_within(10000, !cg_has_attribute(&top) && !cg_has_attribute(&own));
	expect_his_own();
}

static void is_only_looked_at(void)
{
	make();
	policy_set("60-own", "top/own", "dry-run");
	instance_start_armed(&instance, &top);
	expect_within(10000, instance_group_is(&instance, &own, "held"));
	policy_drop("50-top");
	instance_reload(&instance);
	expect_within(10000, !cg_killer_off(&top) && !cg_has_attribute(&top));
	expect_within(10000, !cg_has_attribute(&own));
	expect(cg_killer_off(&own));
	expect_his_own();
}

/* The supervisor that knew whose it was dies; its successor goes by attribute and roster. */
static void is_known_to_the_next_supervisor(void)
{
	pid_t former;

	make();
	instance_start_armed(&instance, &top);
	expect_within(5000, is_role(&own, "descendant"));
	former = instance_pid(&instance, PART_SUPERVISOR);
	instance_signal(&instance, PART_SUPERVISOR, SIGKILL);
	expect_within(10000, instance_pid(&instance, PART_SUPERVISOR) != former);
	policy_drop("50-top");
	instance_reload(&instance);
	expect_within(10000, !cg_has_attribute(&top) && !cg_has_attribute(&own));
	expect_his_own();
}

/*
 * The other way round. The group above still reads 1, because the handler that must let go of it stands
 * still; what is made below it then has inherited that, matched or not.
 */
static void inherited_during_a_release_is_undone(void)
{
	struct cg late;

	make();
	instance_start_armed(&instance, &top);
	instance_signal(&instance, PART_GUARDIAN, SIGSTOP);
	instance_signal(&instance, PART_HANDLER, SIGSTOP);
	policy_set("50-top", "top/late", "enforce");
	instance_signal(&instance, PART_SUPERVISOR, SIGHUP);
	expect_within(5000, json_number(instance_page(&instance), "policies.0.groups") == 0);
	expect(cg_killer_off(&top));
	late = cg_make("top/late", 16);
	expect_within(5000, !cg_killer_off(&late));
	instance_signal(&instance, PART_HANDLER, SIGCONT);
	instance_signal(&instance, PART_GUARDIAN, SIGCONT);
	expect_within(10000, instance_group_is(&instance, &late, "armed"));
	expect_within(10000, !cg_has_attribute(&top));
	expect_his_own();
	expect(!cg_killer_off(&late) && !cg_has_attribute(&late));
}

static const struct test tests[] = {
	{ .name = "becomes-managed", .run = becomes_managed },
	{ .name = "is-released-below-an-armed-one", .run = is_released_below_an_armed_one },
	{ .name = "is-released-with-the-one-above", .run = is_released_with_the_one_above },
	{ .name = "is-only-looked-at", .run = is_only_looked_at },
	{ .name = "is-known-to-the-next-supervisor", .run = is_known_to_the_next_supervisor },
	{ .name = "inherited-during-a-release-is-undone",
	  .run = inherited_during_a_release_is_undone },
};
TEST_MAIN(tests)
