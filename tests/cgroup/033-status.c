/*
 * What the status page says when it would be easy to say something wrong.
 *
 *     scratch
 *     ├── web (32 MiB, armed)    hog
 *     │   └── bare               matched, without a limit
 *     └── next (32 MiB)          takes web's slot
 */
#include <signal.h>
#include <string.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;

static void make(void)
{
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
}

static void kill_one(const struct cg *cg)
{
	struct task *hog = task_start(cg, "hog");

	task_touch(hog, 64);
	witness_killed(&instance, cg, hog);
}

/* The counters of a group go with it; those of the daemon do not. */
static void next_tenant_begins_at_nothing(void)
{
	struct cg web = cg_make("web", 32), next;
	struct json_object *group;

	make();
	instance_start_armed(&instance, &web);
	kill_one(&web);
	expect_within(5000, json_number(instance_group(&instance, &web), "kills") == 1 &&
				    json_number(instance_page(&instance), "counts.kills") == 1);
	cg_remove(&web);
	expect_within(5000, !instance_group(&instance, &web));
	next = cg_make("next", 32);
	expect_within(10000, instance_group_is(&instance, &next, "armed"));
	group = instance_group(&instance, &next);
	expect(json_number(group, "episodes") == 0 && json_number(group, "kills") == 0);
	expect(json_number(instance_page(&instance), "counts.episodes") == 1);
	expect(json_number(instance_page(&instance), "counts.kills") == 1);
	kill_one(&next);
	expect_within(5000, json_number(instance_page(&instance), "counts.kills") == 2);
}

/* In the roster because of the one above, and refused all the same. */
static void refused_below_a_managed_one(void)
{
	struct cg web = cg_make("web", 32), bare = cg_make("web/bare", 0);

	make();
	instance_start_armed(&instance, &web);
	expect_within(5000, instance_group_is(&instance, &bare, "refused"));
	expect(strcmp(json_text(instance_group(&instance, &bare), "role"), "descendant") == 0);
	expect(json_number(instance_page(&instance), "counts.refused") == 1);
}

static void dry_run_is_called_so(void)
{
	struct cg web = cg_make("web", 32);

	make();
	instance_start(&instance, (struct instance_options){ .dry_run = true });
	expect_within(5000, instance_group(&instance, &web));
	expect(strcmp(json_text(instance_group(&instance, &web), "mode"), "dry-run") == 0);
	expect(strcmp(json_text(instance_page(&instance), "policies.0.mode"), "dry-run") == 0);
}

/* Nobody took the record while the supervisor stood; its successor knows the group's name first. */
static void outcome_waits_for_its_name(void)
{
	struct cg web = cg_make("web", 32);
	struct task *hog;

	make();
	instance_start_armed(&instance, &web);
	instance_signal(&instance, PART_SUPERVISOR, SIGSTOP);
	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	expect_within(10000, task_exited(hog));
	instance_signal(&instance, PART_SUPERVISOR, SIGKILL);
	expect_within(15000, instance_record(&instance, &web));
}

static const struct test tests[] = {
	{ .name = "next-tenant-begins-at-nothing", .run = next_tenant_begins_at_nothing },
	{ .name = "refused-below-a-managed-one", .run = refused_below_a_managed_one },
	{ .name = "dry-run-is-called-so", .run = dry_run_is_called_so },
	{ .name = "outcome-waits-for-its-name", .run = outcome_waits_for_its_name },
};
TEST_MAIN(tests)
