/*
 * Who goes, by the rules of the policy: each kind of rule, each list, each order. In every case the
 * largest process is not the one the policy wants.
 *
 *     scratch
 *     └── web (32 MiB, armed)    large (12 MiB), small (4 MiB, the one the policy means), hog (fills up)
 */
#include <stdio.h>
#include <string.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web;

/* Processes are met soon; else the rules about executables would wait for the next periodic sampling. */
static void instance_new(unsigned int mib)
{
	FILE *file;

	web = cg_make("web", mib);
	instance = instance_make("daemon");
	file = fopen(instance.config, "w");
	expect(file && fputs("[Supervisor]\nSampleInterval=200ms\n", file) >= 0 &&
	       fclose(file) == 0);
}

static void serve(const char *victim)
{
	instance_new(32);
	instance_policy_victims(&instance, victim, "Step=kill\nDeadline=20s\n");
	instance_start_armed(&instance, &web);
}

/* Its details have been read: the daemon's record of a rule depends on it. */
static void let_details_arrive(void)
{
	test_nap_msec(1500);
}

struct rule_row {
	const char *victim; /* [Victim] lines */
	struct task_guise small;
	const char *tier; /* why the second of the ranking stands behind the first */
	const char *rule; /* that the record names for the victim, NULL: none */
};

static void small_goes(const struct rule_row *row)
{
	struct json_object *record;
	struct task *large, *small, *hog;

	serve(row->victim);
	large = task_start(&web, "large");
	task_fill(large, 12);
	small = task_start_as(&web, row->small);
	task_fill(small, 4);
	let_details_arrive();
	hog = task_start(&web, "hog");
	task_touch(hog, 18);
	expect_within(5000, task_killed(small));
	expect_within(5000, instance_record_of(&instance, small));
	expect(!task_exited(large));
	record = instance_record_of(&instance, small);
	expect(json_number(record, "victims.0.pid") == small->pid);
	expect(json_number(record, "candidates.0.pid") == small->pid);
	if (strcmp(json_text(record, "candidates.1.tier"), row->tier) != 0)
		test_fail(TEST_HERE, "decided by %s, not %s",
			  json_text(record, "candidates.1.tier"), row->tier);
	if (row->rule && strcmp(json_text(record, "candidates.0.rule"), row->rule) != 0)
		test_fail(TEST_HERE, "rule %s, not %s", json_text(record, "candidates.0.rule"),
			  row->rule);
}

#define RULE_CASE(name, ...)                                                                       \
	static void name(void)                                                                     \
	{                                                                                          \
		small_goes(&(const struct rule_row){ __VA_ARGS__ });                               \
	}

RULE_CASE(prefer_comm, .victim = "Prefer=comm:sma*\n", .small = { .comm = "small" },
	  .tier = "prefer", .rule = "Prefer=comm:sma*")
/* It renames itself to dodge the rule; the executable's name is not its own to choose. */
RULE_CASE(prefer_exe_of_a_renamed, .victim = "Prefer=exe:java\n",
	  .small = { .exe = "java", .comm = "innocent" }, .tier = "prefer",
	  .rule = "Prefer=exe:java")
RULE_CASE(prefer_cmdline, .victim = "Prefer=cmdline:*--leaky*\n",
	  .small = { .exe = "node", .argument = "run --leaky now" }, .tier = "prefer")
RULE_CASE(prefer_uid, .victim = "Prefer=uid:1000..1999\n",
	  .small = { .comm = "small", .uid = 1234 }, .tier = "prefer")
RULE_CASE(prefer_adj, .victim = "Prefer=oom-score-adj:300..500\n",
	  .small = { .comm = "small", .oom_score_adj = 400 }, .tier = "prefer")
RULE_CASE(avoid_the_others, .victim = "Avoid=comm:large comm:hog\n", .small = { .comm = "small" },
	  .tier = "avoid")
RULE_CASE(protect_the_others, .victim = "Protect=comm:large comm:hog\n",
	  .small = { .comm = "small" }, .tier = "protected")
RULE_CASE(own_shims, .victim = "Shims=none*\nPrefer=comm:pause\n", .small = { .comm = "pause" },
	  .tier = "prefer")
RULE_CASE(order_by_oom_score, .victim = "Order=oom-score\n",
	  .small = { .comm = "small", .oom_score_adj = 900 }, .tier = "oom-score")

/* Born in this order: old, middle, hog. */
static void order_by_age(const char *order, bool oldest)
{
	struct task *old, *middle, *hog;

	serve(order);
	old = task_start_as(&web, (struct task_guise){ .comm = "old" });
	task_fill(old, 4);
	test_nap_msec(50);
	middle = task_start(&web, "middle");
	task_fill(middle, 12);
	let_details_arrive();
	hog = task_start_as(&web, (struct task_guise){ .comm = "hog" });
	task_touch(hog, 64);
	expect_within(5000, task_killed(oldest ? old : hog));
	expect(!task_exited(middle) || oldest);
	expect_within(5000, instance_record_of(&instance, oldest ? old : hog));
	expect(strcmp(json_text(instance_record_of(&instance, oldest ? old : hog),
				"candidates.1.tier"),
		      "age") == 0);
}

static void order_oldest(void)
{
	order_by_age("Order=oldest\n", true);
}

static void order_newest(void)
{
	order_by_age("Order=newest\n", false);
}

/* With everybody protected the kernel gets the episode, unmarked. */
static void all_protected(void)
{
	struct task *hog;

	serve("Protect=comm:hog\n");
	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	expect_within(8000, task_killed(hog));
	expect_within(8000, instance_record(&instance, &web));
	expect(strcmp(json_text(instance_record(&instance, &web), "kind"), "handed-back") == 0);
	expect(cg_level(&web).kills == 1);
	expect(json_number(instance_record(&instance, &web), "eligible") == 0);
}

/*
 *     web (32 MiB, armed)
 *     ├── a    one process of 12 MiB
 *     └── b    two processes of 8 MiB: the larger group of smaller processes
 */
static void unit_group(void)
{
	struct cg a, b;
	struct task *alone, *first, *second;

	serve("Unit=group\n");
	a = cg_make("web/a", 0);
	b = cg_make("web/b", 0);
	alone = task_start(&a, "alone");
	first = task_start(&b, "first");
	second = task_start(&b, "second");
	task_fill(alone, 12);
	task_fill(first, 8);
	task_touch(second, 64);
	expect_within(5000, task_killed(second));
	expect(!task_exited(alone) && !task_exited(first));
	expect_within(5000, instance_record_of(&instance, second));
	expect(strcmp(json_text(instance_record_of(&instance, second), "unit"), "group") == 0);
	expect(strcmp(json_text(instance_record_of(&instance, second), "candidates.2.tier"),
		      "unit") == 0);
}

static void prefer_by_cgroup(void)
{
	struct cg a, b;
	struct task *large, *small, *hog;

	serve("Prefer=cgroup:/**/b\n");
	a = cg_make("web/a", 0);
	b = cg_make("web/b", 0);
	large = task_start(&a, "large");
	small = task_start(&b, "small");
	task_fill(large, 12);
	task_fill(small, 4);
	expect_within(5000, instance_group(&instance, &b));
	hog = task_start(&a, "hog");
	task_touch(hog, 18);
	expect_within(5000, task_killed(small));
	expect(!task_exited(large));
}

/* Hundreds that no rule and no size tells apart: the newest pid goes, then the next newest. */
static void hundreds_tie(void)
{
	enum { COUNT = 300 };
	static struct task *task[COUNT];
	struct json_object *record;
	struct task *straw;
	unsigned int dead = 0;

	instance_new(64);
	instance_policy_victims(&instance, "Avoid=comm:straw\n", "Step=kill\nDeadline=20s\n");
	instance_start_armed(&instance, &web);
	straw = task_start(&web, "straw");
	for (int i = 0; i < COUNT; i++) {
		task[i] = task_start(&web, "same");
		task_touch_bytes(task[i], 100 * BYTES_PER_KIB);
	}
	for (int i = 0; i < COUNT; i++)
		expect_within(10000, task_done(task[i]));
	task_touch_bytes(straw, bytes_from_mib(65).count - cg_get(&web, CG_USAGE));
	expect_within(10000, task_done(straw));
	expect_within(10000, instance_record(&instance, &web));
	record = instance_record(&instance, &web);
	expect(strcmp(json_text(record, "kind"), "resolved") == 0);
	expect(json_number(record, "candidates_total") == COUNT + 1);
	expect(strcmp(json_text(record, "candidates.1.tier"), "pid") == 0);
	for (int i = 0; i < COUNT; i++)
		dead += task_exited(task[i]);
	test_note("%u of %d died, decided in %ld us", dead, COUNT,
		  (long)json_number(record, "decide_usec"));
	expect(dead >= 1 && dead < 30);
	expect(task_exited(task[COUNT - 1]) && !task_exited(task[0]));
}

static const struct test tests[] = {
	{ .name = "prefer-comm", .run = prefer_comm },
	{ .name = "prefer-exe-of-a-renamed", .run = prefer_exe_of_a_renamed },
	{ .name = "prefer-cmdline", .run = prefer_cmdline },
	{ .name = "prefer-uid", .run = prefer_uid },
	{ .name = "prefer-adj", .run = prefer_adj },
	{ .name = "prefer-by-cgroup", .run = prefer_by_cgroup },
	{ .name = "avoid-the-others", .run = avoid_the_others },
	{ .name = "protect-the-others", .run = protect_the_others },
	{ .name = "own-shims", .run = own_shims },
	{ .name = "order-by-oom-score", .run = order_by_oom_score },
	{ .name = "order-oldest", .run = order_oldest },
	{ .name = "order-newest", .run = order_newest },
	{ .name = "all-protected", .run = all_protected },
	{ .name = "unit-group", .run = unit_group },
	{ .name = "hundreds-tie", .run = hundreds_tie },
};
TEST_MAIN(tests)
