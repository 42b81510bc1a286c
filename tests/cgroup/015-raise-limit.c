/*
 * Lending: the limit is raised, the group runs on, the loan is taken back; and what happens to a loan
 * when those who know of it die.
 *
 *     scratch
 *     └── web (32 MiB, armed)    hog
 */
#include <signal.h>
#include <string.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web;
static struct task *hog;

static void start(const char *on_oom, struct instance_options options)
{
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, on_oom);
	instance_start(&instance, options);
	expect_within(10000, instance_group_is(&instance, &web, "armed"));
	hog = task_start(&web, "hog");
}

static bool limit_is(unsigned int mib)
{
	return cg_get(&web, CG_LIMIT) == bytes_from_mib(mib).count;
}

static void lent_and_taken_back(void)
{
	struct json_object *record;

	start("Step=raise-limit by=16M max=64M for=2s\nStep=kill\nDeadline=20s\n",
	      (struct instance_options){ 0 });
	task_touch(hog, 40);
	expect_within(5000, task_done(hog));
	expect(limit_is(48));
	expect_within(5000, json_number(instance_group(&instance, &web), "lent.set") ==
				    (int64_t)bytes_from_mib(48).count);
	expect(json_number(instance_group(&instance, &web), "lent.found") ==
	       (int64_t)bytes_from_mib(32).count);
	expect_within(10000, instance_record(&instance, &web));
	record = instance_record(&instance, &web);
	expect(strcmp(json_text(record, "kind"), "resolved") == 0);
	expect(strcmp(json_text(record, "steps.0.step"), "raise-limit") == 0);
	expect(json_number(record, "steps.0.amount") == (int64_t)bytes_from_mib(48).count);
	/* Nothing can be reclaimed from the hog; its exit is what makes the loan returnable. */
	task_exit(hog);
	expect_within(15000, limit_is(32));
	expect_within(10000, !json_at(instance_group(&instance, &web), "lent"));
	expect(cg_killer_off(&web));
}

/* The second time around there is nothing left to lend: the next step. */
static void kills_when_all_is_lent(void)
{
	struct task *small;

	start("Step=raise-limit by=16M max=48M for=30s\nStep=kill\nDeadline=20s\n",
	      (struct instance_options){ 0 });
	small = task_start(&web, "small");
	task_fill(small, 4);
	task_touch(hog, 128);
	witness_killed(&instance, &web, hog);
	expect(!task_exited(small));
	expect(limit_is(48));
	expect(instance_stop(&instance) == 0);
	expect(limit_is(32));
}

static void handed_back_with_everything_dead(void)
{
	start("Step=raise-limit by=16M max=64M for=60s\nStep=kill\nDeadline=20s\n",
	      (struct instance_options){ 0 });
	task_touch(hog, 40);
	expect_within(5000, task_done(hog));
	/* What is lent reaches the group's attribute, where a stranger will look for it. */
	expect_within(5000, json_at(instance_group(&instance, &web), "lent"));
	test_nap_msec(1500);
	task_exit(hog);
	instance_kill_all(&instance);
	expect(limit_is(48));
	hand_back_expect(&instance, hand_back_start(&instance));
	expect(limit_is(32));
	expect(cg_is_free(&web) && !cg_has_attribute(&web));
}

static void handler_killed_with_a_loan_out(void)
{
	start("Step=raise-limit by=16M max=64M for=60s\nStep=kill\nDeadline=20s\n",
	      (struct instance_options){ 0 });
	task_touch(hog, 40);
	expect_within(5000, task_done(hog));
	expect(limit_is(48));
	task_exit(hog);
	expect_within(5000, task_exited(hog));
	instance_signal(&instance, PART_HANDLER, SIGKILL);
	expect_within(10000, limit_is(32));
	expect_within(20000, cg_killer_off(&web));
}

/* An operator who sets a limit during a loan has the last word. */
static void operators_limit_stays(void)
{
	start("Step=raise-limit by=16M max=64M for=2s\nStep=kill\nDeadline=20s\n",
	      (struct instance_options){ 0 });
	task_touch(hog, 40);
	expect_within(5000, task_done(hog));
	expect(limit_is(48));
	cg_set(&web, CG_LIMIT, bytes_from_mib(56).count);
	expect_for(4000, limit_is(56));
	expect(instance_stop(&instance) == 0);
	expect(limit_is(56));
}

/*
 * The lender stands before its write with a decision of yesterday when the group needs a second loan:
 * the raise must not be lost (KERNEL.md K10).
 */
static void stale_take_back_loses_no_raise(void)
{
	start("Step=raise-limit by=16M max=64M for=1s\nStep=kill\nDeadline=20s\n",
	      (struct instance_options){ .hold = "take-back-before-write" });
	task_touch(hog, 40);
	expect_within(5000, task_done(hog));
	expect_within(10000, instance_held(&instance, PART_SUPERVISOR));
	task_touch(hog, 56);
	instance_signal(&instance, PART_SUPERVISOR, SIGCONT);
	expect_within(10000, task_done(hog) || task_exited(hog));
	expect(!task_exited(hog));
	expect(cg_get(&web, CG_LIMIT) >= bytes_from_mib(56).count);
}

static const struct test tests[] = {
	{ .name = "lent-and-taken-back", .run = lent_and_taken_back },
	{ .name = "kills-when-all-is-lent", .run = kills_when_all_is_lent },
	{ .name = "handed-back-with-everything-dead", .run = handed_back_with_everything_dead },
	{ .name = "handler-killed-with-a-loan-out", .run = handler_killed_with_a_loan_out },
	{ .name = "operators-limit-stays", .run = operators_limit_stays },
	{ .name = "stale-take-back-loses-no-raise", .run = stale_take_back_loses_no_raise },
};
TEST_MAIN(tests)
