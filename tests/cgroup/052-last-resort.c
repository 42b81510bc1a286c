/*
 * Nobody whom even the kernel could kill. oom_score_adj -1000 needs CAP_SYS_RESOURCE, which a host may
 * withhold; so the build with hold points takes 999 for it when it is told to (OOMHANDLERD_HOLD_ADJ).
 * The kernel would not: that it is never asked is what is tested here, and not what it would do.
 *
 *     scratch
 *     └── web (32 MiB, armed)    immortal (adj 999, fills up)
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web;
static struct task *immortal;

static void run_out(const char *victim, const char *on_oom)
{
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_victims(&instance, victim, on_oom);
	(void)setenv("OOMHANDLERD_HOLD_ADJ", "1", 1);
	instance_start(&instance, (struct instance_options){ .hold_build = true });
	expect_within(10000, instance_group_is(&instance, &web, "armed"));
	immortal = task_start_as(&web,
				 (struct task_guise){ .comm = "immortal", .oom_score_adj = 999 });
	task_touch(immortal, 64);
}

/* Asleep, never handed back, and said loudly. */
static void alarm_alone(void)
{
	run_out("", "Step=kill\nDeadline=500ms\n");
	expect_within(8000, instance_group_is(&instance, &web, "stranded"));
	/* Longer than the guardian lets any other episode last. */
	expect_for(6000, cg_killer_off(&web) && !task_exited(immortal));
	expect(strcmp(json_text(instance_record(&instance, &web), "kind"), "unresolved") == 0);
	expect(instance_records(&instance, &web) == 1);
	/* A member that can be killed changes everything; and so does room. */
	cg_set(&web, CG_LIMIT, bytes_from_mib(128).count);
	expect_within(5000, task_done(immortal));
	expect_within(10000, instance_group_is(&instance, &web, "armed"));
}

/* The guardian does not wait for a handler that is dead, whatever that one said last. */
static void handler_dies_with_a_stranded_group(void)
{
	run_out("", "Step=kill\nDeadline=500ms\n");
	expect_within(8000, instance_group_is(&instance, &web, "stranded"));
	instance_signal(&instance, PART_HANDLER, SIGKILL);
	expect_within(5000, task_killed(immortal));
}

static void released_while_stranded(void)
{
	run_out("", "Step=kill\nDeadline=500ms\n");
	expect_within(8000, instance_group_is(&instance, &web, "stranded"));
	expect(instance_stop(&instance) == 0);
	expect(!cg_has_attribute(&web));
	expect_within(5000, task_killed(immortal)); /* by the kernel, to whom 999 is just 999 */
}

static void kill_all_the_same(void)
{
	run_out("", "Step=kill\nLastResort=kill\nDeadline=500ms\n");
	expect_within(8000, task_killed(immortal));
	expect(cg_level(&web).kills == 0);
	expect_within(8000, instance_record(&instance, &web));
	expect(json_at(instance_record(&instance, &web), "last_resort"));
}

/* The operator has asked for -1000 to be no reason. */
static void no_reason_at_all(void)
{
	run_out("ProtectAdj=no\n", "Step=kill\nDeadline=10s\n");
	expect_within(5000, task_killed(immortal));
	expect_within(8000, instance_record_of(&instance, immortal));
	expect(strcmp(json_text(instance_record_of(&instance, immortal), "kind"), "resolved") == 0);
}

static const struct test tests[] = {
	{ .name = "alarm-alone", .run = alarm_alone },
	{ .name = "handler-dies-with-a-stranded-group", .run = handler_dies_with_a_stranded_group },
	{ .name = "released-while-stranded", .run = released_while_stranded },
	{ .name = "kill-all-the-same", .run = kill_all_the_same },
	{ .name = "no-reason-at-all", .run = no_reason_at_all },
};
TEST_MAIN(tests)
