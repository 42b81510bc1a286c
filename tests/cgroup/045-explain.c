/*
 * What `explain` names is what happens: for several policies, the process in its sentence is the one that
 * dies in the OOM right after. And what it says where no policy of ours would act.
 *
 *     scratch
 *     └── web (64 MiB)    small (4 MiB), medium (8 MiB), large (12 MiB)
 *         └── blue        one (10 MiB), other (11 MiB), in the case of units
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web;
static struct task *small, *medium, *large;
static struct task *charger; /* who meets the limit */
static char text[65536];

static void start(const char *victim, const char *on_oom)
{
	web = cg_make("web", 64);
	instance = instance_make("daemon");
	instance_policy_victims(&instance, victim, on_oom);
	instance_start_armed(&instance, &web);
	small = task_start(&web, "small");
	task_fill(small, 4);
	medium = task_start(&web, "medium");
	task_fill(medium, 8);
	large = task_start(&web, "large");
	task_fill(large, 12);
	charger = large;
}

static bool explain_says(const struct cg *cg, const char *words)
{
	return instance_ctl(&instance, text, "explain", cg_label(cg)) == 0 && strstr(text, words);
}

/* What it goes by may be a second old. */
static void expect_said(const struct cg *cg, const char *words)
{
	if (!within(3000, explain_says(cg, words)))
		test_fail(TEST_HERE, "explain does not say \"%s\":\n%s", words, text);
}

/* @victim is named for @reason, and goes when the charger meets the limit at last. */
static void expect_named_and_killed(struct task *victim, const char *reason)
{
	char words[128];

	(void)snprintf(words, sizeof(words), "(pid %d) would be killed, because", (int)victim->pid);
	expect_said(&web, words);
	expect_said(&web, reason);
	task_touch(charger, 54); /* the smallest one gone, it fits */
	expect_within(5000, task_killed(victim));
	expect_within(5000, instance_record_of(&instance, victim));
	expect(json_number(instance_record_of(&instance, victim), "victims.0.pid") == victim->pid);
}

static void largest(void)
{
	start("", "Step=kill\nDeadline=20s\n");
	expect_named_and_killed(large, "it has more memory (");
	expect(!task_exited(small) && !task_exited(medium));
}

static void preferred(void)
{
	start("Prefer=comm:m*\n", "Step=kill\nDeadline=20s\n");
	expect_named_and_killed(medium, "Prefer=comm:m* names it");
}

static void what_is_avoided_goes_last(void)
{
	start("Avoid=comm:large\n", "Step=kill\nDeadline=20s\n");
	expect_named_and_killed(medium, "it has more memory (");
}

static void next_one_is_avoided(void)
{
	start("Avoid=comm:large comm:medium\n", "Step=kill\nDeadline=20s\n");
	expect_named_and_killed(small, "Avoid=comm:large names the next one");
}

static void protected_ones_are_left_out(void)
{
	start("Protect=comm:large comm:medium\n", "Step=kill\nDeadline=20s\n");
	expect_named_and_killed(small, "nobody else may be chosen");
	expect(!task_exited(large) && !task_exited(medium));
}

/* The largest process is in the group itself, the largest group is the child. */
static void unit_goes_first(void)
{
	struct task *one, *other;
	struct cg blue;

	start("Unit=group\n", "Step=kill\nDeadline=20s\n");
	blue = cg_make("web/blue", 0);
	one = task_start(&blue, "one");
	other = task_start(&blue, "other");
	task_fill(one, 14);
	task_fill(other, 15);
	charger = other;
	expect_named_and_killed(other, "web/blue uses the most (");
	expect(!task_exited(one) && !task_exited(large));
}

static void loan_is_said_first(void)
{
	start("", "Step=raise-limit by=16M max=80M for=30s\nStep=kill\nDeadline=20s\n");
	expect_said(&web, "16.0M would be lent first (raise-limit), then large (pid ");
	task_touch(large, 60);
	expect_within(5000, task_done(large));
	expect(!explain_says(&web, "would be lent first"));
	expect_said(&web, "large (pid ");
}

static void nobody_eligible(void)
{
	start("Protect=comm:large comm:medium comm:small\n", "Step=kill\nDeadline=20s\n");
	expect_said(&web, "the kernel's killer would be given the choice");
	expect_said(&web, "3 protected");
}

static void dry_run(void)
{
	web = cg_make("web", 64);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Mode=dry-run\nStep=kill\n");
	instance_start(&instance, (struct instance_options){ 0 });
	expect_within(10000, instance_group_is(&instance, &web, "held"));
	small = task_start(&web, "small");
	expect_said(&web, "It is a dry run");
	expect_said(&web, "small (pid ");
}

/* Ignored, refused, matched by nothing: each says so, and only a group that does not exist is an error. */
static void where_no_policy_acts(void)
{
	struct cg scratch = cg_scratch(), ignored = cg_make("ignored", 16);
	struct cg limitless = cg_make("limitless", 0), child, gone;

	web = cg_make("web", 64);
	child = cg_make("web/child", 16);
	instance = instance_make("daemon");
	instance_policy(&instance, "10-ignored",
			"[Match]\nCgroup=%s/ignored\n[OnOOM]\nMode=ignore\n", cg_label(&scratch));
	instance_policy(&instance, "50-web",
			"[Match]\nCgroup=%s/web\nCgroup=%s/limitless\n[OnOOM]\nStep=kill\n",
			cg_label(&scratch), cg_label(&scratch));
	instance_start_armed(&instance, &web);
	expect_said(&ignored, "because its policy says ignore");
	expect_said(&limitless, "has no memory limit");
	expect_said(&scratch, "no policy matches the group");
	expect_said(&child, "no policy matches the group; for the limit of ");
	gone = cg_named("gone");
	expect(instance_ctl(&instance, text, "explain", cg_label(&gone)) == 4);
	expect(instance_ctl(&instance, text, "explain", "") == 0); /* the root is a group */
}

/* Names as an operator has them: with the mount point, with a slash behind, escaped and raw. */
static void names(void)
{
	struct cg odd = cg_make("a b\\c\xff", 16); /* what the bus could not carry as it is */
	char raw[CG_PATH_SIZE + 2];

	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start(&instance, (struct instance_options){ 0 });
	expect_within(10000, explain_says(&odd, "nobody lives in it")); /* escaped */
	(void)snprintf(raw, sizeof(raw), "%s/", odd.path); /* absolute and raw */
	expect(instance_ctl(&instance, text, "explain", raw) == 0);
	expect(strstr(text, "nobody lives in it"));
}

static const struct test tests[] = {
	{ .name = "largest", .run = largest },
	{ .name = "preferred", .run = preferred },
	{ .name = "what-is-avoided-goes-last", .run = what_is_avoided_goes_last },
	{ .name = "next-one-is-avoided", .run = next_one_is_avoided },
	{ .name = "protected-ones-are-left-out", .run = protected_ones_are_left_out },
	{ .name = "unit-goes-first", .run = unit_goes_first },
	{ .name = "loan-is-said-first", .run = loan_is_said_first },
	{ .name = "nobody-eligible", .run = nobody_eligible },
	{ .name = "dry-run", .run = dry_run },
	{ .name = "where-no-policy-acts", .run = where_no_policy_acts },
	{ .name = "names", .run = names },
};
TEST_MAIN(tests)
