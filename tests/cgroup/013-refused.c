/*
 * What is never managed, with the reason in the status page; and two instances on one group.
 *
 *     scratch
 *     ├── bare (no limit)
 *     ├── home (64 MiB)            the daemon itself
 *     └── web  (32 MiB, armed)     hog
 */
#include <stdio.h>
#include <string.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;

/* The entry of @cg says "refused", and gives @reason. */
static void expect_refused(const struct cg *cg, const char *reason)
{
	struct json_object *group;
	char text[65536];

	expect_within(10000, instance_group_is(&instance, cg, "refused"));
	group = instance_group(&instance, cg);
	if (!strstr(json_text(group, "reason"), reason))
		test_fail(TEST_HERE, "reason is '%s', not '%s'", json_text(group, "reason"),
			  reason);
	expect(instance_ctl(&instance, text, "list", NULL) == 0);
	expect(strstr(text, "refused"));
	expect(instance_ctl(&instance, text, "show", cg_label(cg)) == 0);
	expect(strstr(text, reason));
	expect(!cg_killer_off(cg));
	expect(!cg_has_attribute(cg));
}

static void group_without_a_limit(void)
{
	struct cg bare = cg_make("bare", 0);

	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start(&instance, (struct instance_options){ 0 });
	expect_refused(&bare, "limit");
	/* ... and managed as soon as it gets one. */
	cg_set(&bare, CG_LIMIT, bytes_from_mib(32).count);
	expect_within(15000, instance_group_is(&instance, &bare, "armed"));
}

static void join(const struct cg *cg)
{
	FILE *file;
	char path[CG_PATH_SIZE + 32];

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", cg->path);
	file = fopen(path, "w");
	expect(file && fputs("0", file) >= 0 && fclose(file) == 0);
}

static void daemons_own_group(void)
{
	struct cg home = cg_make("home", 128);

	join(&home);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start(&instance, (struct instance_options){ 0 });
	expect_refused(&home, "daemon");
}

static void group_above_the_daemon(void)
{
	struct cg home = cg_make("home", 128), inner = cg_make("home/inner", 0);

	join(&inner);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start(&instance, (struct instance_options){ 0 });
	expect_refused(&home, "daemon");
}

/* The root cannot be touched by a test: that it is refused with a policy that names it is seen. */
static void root(void)
{
	struct cg mount = { 0 };

	(void)snprintf(mount.path, sizeof(mount.path), "%s", cg_mount());
	instance = instance_make("daemon");
	instance_policy(&instance, "50-root", "[Match]\nCgroup=/\n[OnOOM]\nStep=kill\n");
	instance_start(&instance, (struct instance_options){ 0 });
	expect_within(10000, instance_page(&instance));
	expect_for(1500, !cg_killer_off(&mount));
	expect(!cg_has_attribute(&mount));
	expect(json_number(instance_page(&instance), "counts.armed") == 0);
}

static void policy_that_matches_nothing(void)
{
	struct cg web = cg_make("web", 32);
	struct json_object *page;

	instance = instance_make("daemon");
	instance_policy(&instance, "50-none",
			"[Match]\nCgroup=/no/such/group\n[OnOOM]\nStep=kill\n");
	instance_start(&instance, (struct instance_options){ 0 });
	expect_for(1500, !cg_killer_off(&web));
	page = instance_page(&instance);
	expect(json_number(page, "counts.armed") == 0);
	expect(strcmp(json_text(page, "policies.0.name"), "50-none") == 0);
	expect(json_number(page, "policies.0.groups") == 0);
	expect(instance_stop(&instance) == 0);
}

static void second_instance_on_the_same_group(void)
{
	struct cg web = cg_make("web", 32);
	struct instance second = instance_make("second"), first = instance_make("first");
	struct task *hog;

	instance_policy_all(&first, "Step=kill\n");
	instance_policy_all(&second, "Step=kill\n");
	instance_start_armed(&first, &web);
	instance_start(&second, (struct instance_options){ 0 });
	expect_within(10000, instance_group_is(&second, &web, "refused"));
	expect(strstr(json_text(instance_group(&second, &web), "reason"), "instance"));
	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	witness_killed(&first, &web, hog);
	expect(!instance_record_of(&second, hog));
	/* The second one leaves what is not its own. */
	expect(instance_stop(&second) == 0);
	expect(cg_killer_off(&web) && cg_has_attribute(&web));
	expect(instance_stop(&first) == 0);
	expect(cg_is_free(&web) && !cg_has_attribute(&web));
}

static void second_instance_in_the_same_runtime_folder(void)
{
	struct cg web = cg_make("web", 32);
	struct instance other;

	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start_armed(&instance, &web);
	other = instance;
	other.guardian = 0;
	expect(instance_run(&other, (struct instance_options){ 0 }) == 1);
	expect(instance_group_is(&instance, &web, "armed"));
	expect(cg_killer_off(&web));
}

static const struct test tests[] = {
	{ .name = "group-without-a-limit", .run = group_without_a_limit },
	{ .name = "daemons-own-group", .run = daemons_own_group },
	{ .name = "group-above-the-daemon", .run = group_above_the_daemon },
	{ .name = "root", .run = root },
	{ .name = "policy-that-matches-nothing", .run = policy_that_matches_nothing },
	{ .name = "second-instance-on-the-same-group", .run = second_instance_on_the_same_group },
	{ .name = "second-instance-in-the-same-runtime-folder",
	  .run = second_instance_in_the_same_runtime_folder },
};
TEST_MAIN(tests)
