/*
 * SIGHUP: a policy that cannot be read changes nothing, one that can takes effect.
 *
 *     scratch
 *     ├── web (32 MiB, armed)    hog
 *     └── new (32 MiB)           matched after the reload
 */
#include <string.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web, new;

static void start(void)
{
	struct cg scratch = cg_scratch();

	web = cg_make("web", 32);
	new = cg_make("new", 32);
	instance = instance_make("daemon");
	instance_policy(&instance, "50-web", "[Match]\nCgroup=%s/web\n[OnOOM]\nStep=kill\n",
			cg_label(&scratch));
	instance_start_armed(&instance, &web);
}

static bool reloaded(const char *result)
{
	return strcmp(json_text(instance_page(&instance), "config.last_reload"), result) == 0;
}

static void broken_keeps_the_old(void)
{
	struct cg scratch = cg_scratch();
	struct task *hog;
	char text[65536];

	start();
	instance_policy(&instance, "50-web", "[Match]\nCgroup=%s/new\n[OnOOM]\nStep=dance\n",
			cg_label(&scratch));
	instance_reload(&instance);
	expect_within(10000, reloaded("failed"));
	expect(strstr(json_text(instance_page(&instance), "config.problems.0"), "50-web.policy:4"));
	expect(instance_group_is(&instance, &web, "armed"));
	expect(!cg_killer_off(&new));
	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	witness_killed(&instance, &web, hog);
	expect(instance_ctl(&instance, text, "status", NULL) == 7);
	expect(strstr(text, "50-web.policy"));
}

static void good_takes_effect(void)
{
	struct cg scratch = cg_scratch();
	struct task *hog;

	start();
	instance_policy(&instance, "50-web", "[Match]\nCgroup=%s/new\n[OnOOM]\nStep=kill\n",
			cg_label(&scratch));
	instance_reload(&instance);
	expect_within(10000, instance_group_is(&instance, &new, "armed"));
	expect_within(10000, cg_is_free(&web) && !cg_has_attribute(&web));
	hog = task_start(&new, "hog");
	task_touch(hog, 64);
	witness_killed(&instance, &new, hog);
}

/* Failed, then mended: the failure is not remembered. */
static void mended_after_broken(void)
{
	start();
	instance_policy(&instance, "60-more", "nonsense\n");
	instance_reload(&instance);
	expect_within(10000, reloaded("failed"));
	instance_policy(&instance, "60-more", "[Match]\nCgroup=/nowhere\n[OnOOM]\nStep=kill\n");
	instance_reload(&instance);
	expect_within(10000, reloaded("ok"));
	expect(instance_group_is(&instance, &web, "armed"));
}

static const struct test tests[] = {
	{ .name = "broken-keeps-the-old", .run = broken_keeps_the_old },
	{ .name = "good-takes-effect", .run = good_takes_effect },
	{ .name = "mended-after-broken", .run = mended_after_broken },
};
TEST_MAIN(tests)
