/*
 * The operator above the policies: `release` while a terminate's grace runs and its reserve is lent, then
 * `arm`. A released group is as it was found: its switch, its limit, and nothing of ours on it.
 *
 *     scratch
 *     └── web (32 MiB, armed)    victim (12 MiB, deaf to SIGTERM), hungry (asleep)
 */
#include <signal.h>
#include <string.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web;
static struct task *victim, *hungry;
static char text[65536];

static int ctl(const char *verb)
{
	return instance_ctl(&instance, text, verb, cg_label(&web));
}

static void serve(void)
{
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_victims(&instance, "Prefer=comm:victim\n",
				"Step=terminate grace=30s reserve=8M\nDeadline=60s\n");
	instance_start_armed(&instance, &web);
}

static bool limit_is(unsigned int mib)
{
	return cg_get(&web, CG_LIMIT) == bytes_from_mib(mib).count;
}

static bool is_as_found(void)
{
	return limit_is(32) && !cg_killer_off(&web) && !cg_has_attribute(&web);
}

static void resolve_begin(void)
{
	victim = task_start_as(&web,
			       (struct task_guise){ .comm = "victim", .term = TASK_TERM_IGNORE });
	task_fill(victim, 12);
	hungry = task_start(&web, "hungry");
	task_touch(hungry, 64);
	expect_within(8000, instance_group_is(&instance, &web, "episode") && !limit_is(32));
}

/* The kernel's killer ends what we began: it is in charge from then on. */
static void during_a_grace(void)
{
	serve();
	resolve_begin();
	expect(ctl("release") == 0);
	expect_within(8000, !cg_killer_off(&web) && !cg_under_oom(&web));
	expect_within(20000, is_as_found());
	expect(task_exited(hungry) || task_exited(victim));
	expect_within(5000, instance_group_is(&instance, &web, "refused"));
	expect(ctl("show") == 0 && strstr(text, "released by the operator"));
	expect_for(2500, !cg_killer_off(&web));
	expect(instance_stop(&instance) == 0);
	expect(is_as_found());
}

static void holds_until_armed(void)
{
	serve();
	expect(ctl("release") == 0);
	expect(strstr(text, "released"));
	expect(is_as_found());
	expect(ctl("release") == 0); /* again: nothing is wrong with that */
	instance_reload(&instance);
	expect_for(2500, is_as_found());
	expect(ctl("explain") == 0 && strstr(text, "released by the operator"));
	expect(ctl("arm") == 0);
	expect(strstr(text, "its policy applies"));
	expect_within(8000, cg_killer_off(&web) && instance_group_is(&instance, &web, "armed"));
	resolve_begin();
}

/* While the release is still under way. */
static void armed_at_once(void)
{
	serve();
	instance_signal(&instance, PART_GUARDIAN, SIGSTOP);
	instance_signal(&instance, PART_HANDLER, SIGSTOP);
	expect(ctl("release") == 0);
	expect(strstr(text, "is being released"));
	instance_signal(&instance, PART_HANDLER, SIGCONT);
	instance_signal(&instance, PART_GUARDIAN, SIGCONT);
	expect(ctl("arm") == 0);
	expect_within(15000, cg_killer_off(&web) && instance_group_is(&instance, &web, "armed"));
	expect(instance_stop(&instance) == 0);
	expect(is_as_found());
}

static void refused_with_the_reason(void)
{
	struct cg scratch = cg_scratch(), limitless;

	serve();
	limitless = cg_make("limitless", 0);
	expect(instance_ctl(&instance, text, "arm", cg_label(&scratch)) == 1);
	expect(strstr(text, "no policy matches"));
	expect(instance_ctl(&instance, text, "release", cg_label(&scratch)) == 1);
	expect_within(5000, instance_group_is(&instance, &limitless, "refused"));
	expect(instance_ctl(&instance, text, "arm", cg_label(&limitless)) == 1);
	expect(strstr(text, "has no memory limit"));
	expect(instance_ctl(&instance, text, "release", "/no/such/group") == 4);
	expect(ctl("arm") == 0); /* armed already */
}

static const struct test tests[] = {
	{ .name = "during-a-grace", .run = during_a_grace, .seconds = 90 },
	{ .name = "holds-until-armed", .run = holds_until_armed },
	{ .name = "armed-at-once", .run = armed_at_once },
	{ .name = "refused-with-the-reason", .run = refused_with_the_reason },
};
TEST_MAIN(tests)
