/*
 * Bounds on what is done: kills of one group, kills of the host, loans of the host.
 *
 *     scratch
 *     ├── web (32 MiB, armed)    hog after hog
 *     └── shop (32 MiB, armed)
 */
#include <stdio.h>
#include <string.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web, shop;

static void configure(const char *text)
{
	FILE *file = fopen(instance.config, "w");

	expect(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void serve(const char *config, const char *on_oom)
{
	web = cg_make("web", 32);
	shop = cg_make("shop", 32);
	instance = instance_make("daemon");
	configure(config);
	instance_policy_all(&instance, on_oom);
	instance_start_armed(&instance, &web);
	expect_within(10000, instance_group_is(&instance, &shop, "armed"));
}

/* A hog that fills @cg, and its record. */
static struct json_object *hog_dies(const struct cg *cg)
{
	struct task *hog;

	expect_within(30000, instance_group_is(&instance, cg, "armed"));
	hog = task_start_as(cg, (struct task_guise){ .comm = "hog", .term = TASK_TERM_IGNORE });
	task_touch(hog, 64);
	expect_within(8000, task_killed(hog));
	expect_within(8000, instance_record_of(&instance, hog) ||
				    strcmp(json_text(instance_record(&instance, cg), "kind"),
					   "handed-back") == 0);
	return instance_record_of(&instance, hog) ? instance_record_of(&instance, hog)
						  : instance_record(&instance, cg);
}

static bool is_over_budget(struct json_object *record)
{
	return strcmp(json_text(record, "kind"), "handed-back") == 0 &&
	       strcmp(json_text(record, "steps.0.result"), "over-budget") == 0;
}

static void kills_of_a_group(void)
{
	serve("", "Step=kill\nKillBudget=2/60s\nDeadline=20s\n");
	expect(!is_over_budget(hog_dies(&web)));
	expect(!is_over_budget(hog_dies(&web)));
	expect(is_over_budget(hog_dies(&web)));
	expect(cg_level(&web).kills == 1);
	/* It stays the kernel's until the budget allows again; the other group is not concerned. */
	expect_for(4000, instance_group_is(&instance, &web, "handed-back"));
	expect(!is_over_budget(hog_dies(&shop)));
}

/* Who is asked first and killed then is one decision, and one unit. */
static void kills_after_a_grace(void)
{
	serve("", "Step=terminate grace=300ms reserve=1M\nStep=kill\nKillBudget=1/60s\n"
		  "Deadline=20s\n");
	expect(!is_over_budget(hog_dies(&web)));
	expect(is_over_budget(hog_dies(&web)));
}

static void kills_of_the_host(void)
{
	serve("[Policy]\nHostKillBudget=2/60s\n", "Step=kill\nDeadline=20s\n");
	expect(!is_over_budget(hog_dies(&web)));
	expect(!is_over_budget(hog_dies(&shop)));
	expect(is_over_budget(hog_dies(&web)));
}

#define LEND "Step=raise-limit by=16M max=256M for=30s\nStep=kill\nDeadline=20s\n"

static void loans_of_the_host(void)
{
	struct task *first, *second;

	serve("[Lending]\nHostLoanCap=16M\n", LEND);
	first = task_start(&web, "first");
	task_touch(first, 40);
	expect_within(5000, task_done(first));
	second = task_start(&shop, "second");
	task_touch(second, 40);
	expect_within(8000, task_killed(second));
	expect_within(8000, instance_record_of(&instance, second));
	expect(strcmp(json_text(instance_record_of(&instance, second), "steps.0.result"),
		      "failed") == 0);
	expect(cg_get(&shop, CG_LIMIT) == bytes_from_mib(32).count);
	expect(!task_exited(first));
}

/* More than the host can ever have available: nothing is lent. */
static void floor_of_the_host(void)
{
	struct task *hog;

	serve("[Lending]\nMinAvailable=100%\n", LEND);
	hog = task_start(&web, "hog");
	task_touch(hog, 40);
	expect_within(8000, task_killed(hog));
	expect_within(8000, instance_record_of(&instance, hog));
	expect(strcmp(json_text(instance_record_of(&instance, hog), "steps.0.result"), "failed") ==
	       0);
}

static const struct test tests[] = {
	{ .name = "kills-of-a-group", .run = kills_of_a_group, .seconds = 120 },
	{ .name = "kills-after-a-grace", .run = kills_after_a_grace, .seconds = 120 },
	{ .name = "kills-of-the-host", .run = kills_of_the_host, .seconds = 120 },
	{ .name = "loans-of-the-host", .run = loans_of_the_host },
	{ .name = "floor-of-the-host", .run = floor_of_the_host },
};
TEST_MAIN(tests)
