/*
 * The root of the hierarchy has no limit and no switch to turn: a policy that names it is told so, and
 * nothing of it is touched.
 *
 *     / (the root)
 *     └── scratch
 *         └── web (32 MiB, armed)    hog
 */
#include <stdio.h>
#include <string.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;

static struct json_object *root_entry(void)
{
	struct json_object *groups = json_at(instance_page(&instance), "groups");

	for (size_t i = 0; groups && i < json_object_array_length(groups); i++) {
		struct json_object *group = json_object_array_get_idx(groups, i);

		if (strcmp(json_text(group, "cgroup"), "/") == 0)
			return group;
	}
	return NULL;
}

static void refused_with_its_reason(void)
{
	struct cg root = { 0 }, web = cg_make("web", 32);
	char text[65536];
	struct task *hog;

	(void)snprintf(root.path, sizeof(root.path), "%s", cg_mount());
	instance = instance_make("daemon");
	instance_policy(&instance, "50-root", "[Match]\nCgroup=/\nCgroup=%s\n[OnOOM]\nStep=kill\n",
			cg_label(&web));
	instance_start_armed(&instance, &web);
	expect_within(10000, root_entry());
	expect(strcmp(json_text(root_entry(), "state"), "refused") == 0);
	expect(strcmp(json_text(root_entry(), "reason"),
		      "is the root, where the kernel's killer cannot be switched off") == 0);
	expect(json_number(instance_page(&instance), "counts.armed") == 1);
	expect(json_number(instance_page(&instance), "counts.refused") == 1);
	expect(instance_ctl(&instance, text, "show", "/") == 0);
	expect(strstr(text, "is the root"));
	expect(!cg_killer_off(&root));
	expect(!cg_has_attribute(&root));
	/* ... and keeps nobody else from being served. */
	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	witness_killed(&instance, &web, hog);
	expect(instance_stop(&instance) == 0);
}

static const struct test tests[] = {
	{ .name = "refused-with-its-reason", .run = refused_with_its_reason },
};
TEST_MAIN(tests)
