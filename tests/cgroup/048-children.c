/*
 * Who is in charge of a child's own limit: the kernel's killer, or with Children=inherit the policy of the
 * nearest group above that has one, through groups that have no limit, down to one that is ignored.
 *
 *     scratch
 *     └── top (64 MiB)
 *         ├── child (16 MiB)
 *         └── room (no limit)
 *             ├── deep (16 MiB)
 *             └── ignored (32 MiB)
 *                 └── below (16 MiB)
 */
#include <stdio.h>
#include <string.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg top, child, room, deep, ignored, below;

static void make(unsigned int top_mib)
{
	top = cg_make("top", top_mib);
	child = cg_make("top/child", 16);
	room = cg_make("top/room", 0);
	deep = cg_make("top/room/deep", 16);
	ignored = cg_make("top/room/ignored", 32);
	below = cg_make("top/room/ignored/below", 16);
	instance = instance_make("daemon");
}

static void policy(const char *children)
{
	struct cg scratch = cg_scratch();

	instance_policy(&instance, "50-top",
			"[Match]\nCgroup=%s/top\nChildren=%s\n[OnOOM]\nStep=kill\n",
			cg_label(&scratch), children);
	instance_policy(
		&instance, "10-ignored",
		"[Match]\nCgroup=%s/top/room/ignored\nChildren=inherit\n[OnOOM]\nMode=ignore\n",
		cg_label(&scratch));
}

static bool inherits(const struct cg *cg, const struct cg *from)
{
	struct json_object *group = instance_group(&instance, cg);

	return group && strcmp(json_text(group, "policy"), "50-top") == 0 &&
	       strcmp(json_text(group, "inherited_from"), cg_label(from)) == 0;
}

static bool is_role(const struct cg *cg, const char *role)
{
	struct json_object *group = instance_group(&instance, cg);

	return group && strcmp(json_text(group, "role"), role) == 0;
}

static void inherited(void)
{
	struct task *hog;

	make(64);
	policy("inherit");
	instance_start_armed(&instance, &top);
	expect_within(10000, instance_group_is(&instance, &child, "armed"));
	expect_within(10000, instance_group_is(&instance, &deep, "armed"));
	expect(inherits(&child, &top) && inherits(&deep, &top));
	expect(strcmp(json_text(instance_group(&instance, &top), "children"), "inherit") == 0);
	/* No limit is no trouble, and what is ignored hands nothing on. */
	expect(is_role(&room, "descendant") && !instance_group_is(&instance, &room, "refused"));
	expect(instance_group_is(&instance, &ignored, "refused"));
	expect(is_role(&below, "descendant") && !cg_killer_off(&below));
	expect(!instance_group_is(&instance, &below, "refused"));
	hog = task_start(&deep, "hog");
	task_touch(hog, 32);
	witness_killed(&instance, &deep, hog);
	expect(cg_level(&deep).kills == 0);
	hog = task_start(&below, "hog");
	task_touch(hog, 32);
	expect_within(5000, task_killed(hog));
	expect(cg_level(&below).kills == 1);
	expect(instance_stop(&instance) == 0);
	expect(!cg_killer_off(&top) && !cg_killer_off(&child) && !cg_killer_off(&deep));
}

static void left_to_the_kernel(void)
{
	struct task *hog;

	make(64);
	policy("kernel");
	instance_start_armed(&instance, &top);
	expect_within(5000, is_role(&child, "descendant"));
	hog = task_start(&child, "hog");
	task_touch(hog, 32);
	expect_within(5000, task_killed(hog));
	expect(cg_level(&child).kills == 1);
	expect(!cg_killer_off(&child) && cg_killer_off(&top));
}

/* The one above has no limit itself and is refused: its policy is for those below all the same. */
static void through_one_that_is_refused(void)
{
	struct task *hog;

	make(0);
	policy("inherit");
	instance_start_armed(&instance, &deep);
	expect(instance_group_is(&instance, &top, "refused"));
	expect(inherits(&deep, &top));
	hog = task_start(&deep, "hog");
	task_touch(hog, 32);
	witness_killed(&instance, &deep, hog);
}

/* A limit that comes later, a group that comes later, a policy of its own that comes later. */
static void later(void)
{
	struct cg scratch = cg_scratch(), late;

	make(64);
	policy("inherit");
	instance_start_armed(&instance, &child);
	late = cg_make("top/room/late", 0);
	expect_within(5000, is_role(&late, "descendant"));
	cg_set(&late, CG_LIMIT, bytes_from_mib(16).count);
	expect_within(10000, instance_group_is(&instance, &late, "armed"));
	instance_policy(&instance, "20-child",
			"[Match]\nCgroup=%s/top/child\n[OnOOM]\nStep=kernel\n", cg_label(&scratch));
	instance_reload(&instance);
	expect_within(10000, json_at(instance_group(&instance, &child), "policy") &&
				     strcmp(json_text(instance_group(&instance, &child), "policy"),
					    "20-child") == 0);
	expect(!json_at(instance_group(&instance, &child), "inherited_from"));
	policy("kernel");
	instance_reload(&instance);
	expect_within(10000, !cg_killer_off(&late) && !cg_has_attribute(&late));
	expect_within(5000, is_role(&late, "descendant"));
	expect(cg_killer_off(&top));
}

static const struct test tests[] = {
	{ .name = "inherited", .run = inherited },
	{ .name = "left-to-the-kernel", .run = left_to_the_kernel },
	{ .name = "through-one-that-is-refused", .run = through_one_that_is_refused },
	{ .name = "later", .run = later },
};
TEST_MAIN(tests)
