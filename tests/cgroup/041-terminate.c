/*
 * A clean end: the victim's own handler of SIGTERM runs to its end in a group that is full, with hungry
 * neighbours asleep in it; and what happens when there is no handler that ends.
 *
 *     scratch
 *     └── web (32 MiB, armed)    victim (12 MiB), hungry ... (asleep)
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web;
static struct task *victim;

static void serve(const char *on_oom, struct instance_options options)
{
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_victims(&instance, "Prefer=comm:victim\n", on_oom);
	instance_start(&instance, options);
	expect_within(10000, instance_group_is(&instance, &web, "armed"));
}

static void victim_start(enum task_term term, unsigned int mib)
{
	victim = task_start_as(
		&web, (struct task_guise){ .comm = "victim", .term = term, .term_mib = mib });
	task_fill(victim, 12);
}

static bool ended_cleanly(const struct task *task)
{
	return task->reaped && WIFEXITED(task->status) && WEXITSTATUS(task->status) == 0;
}

static bool limit_is(unsigned int mib)
{
	return cg_get(&web, CG_LIMIT) == bytes_from_mib(mib).count;
}

/* Its handler needs two megabytes, and three neighbours want all that is lent. */
static void ends_cleanly_among_hungry_neighbours(void)
{
	struct json_object *record;
	struct task *hungry[3];

	serve("Step=terminate grace=5s reserve=64M\nStep=kill\nDeadline=20s\n",
	      (struct instance_options){ 0 });
	victim_start(TASK_TERM_CLEAN, 2);
	for (int i = 0; i < 3; i++) {
		hungry[i] = task_start(&web, "hungry");
		task_touch(hungry[i], 8);
	}
	expect_within(8000, task_exited(victim));
	expect(atomic_load(&victim->page->term_entered) && atomic_load(&victim->page->term_done));
	expect(ended_cleanly(victim));
	expect_within(8000, instance_record_of(&instance, victim));
	record = instance_record_of(&instance, victim);
	expect(strcmp(json_text(record, "victims.0.signal"), "SIGTERM") == 0);
	expect(strcmp(json_text(record, "victims.0.end"), "exited") == 0);
	expect(strcmp(json_text(record, "steps.0.step"), "terminate") == 0);
	expect(strcmp(json_text(record, "steps.0.result"), "done") == 0);
	for (int i = 0; i < 3; i++)
		expect(!task_killed(hungry[i]));
	/* What was lent comes back; the switch stays ours. */
	expect_within(15000, limit_is(32));
	expect(cg_killer_off(&web));
}

/* It sleeps in the very fault that filled the group: no signal it handles is seen until it is woken. */
static void the_sleeper_itself(void)
{
	serve("Step=terminate grace=5s reserve=16M\nStep=kill\nDeadline=20s\n",
	      (struct instance_options){ 0 });
	victim_start(TASK_TERM_CLEAN, 2);
	task_touch(victim, 40);
	expect_within(8000, task_exited(victim));
	expect(ended_cleanly(victim));
	expect_within(15000, limit_is(32));
}

/* The grace ends, and the next step takes the same process, not its neighbour. */
static void ignored_and_killed(void)
{
	struct json_object *record;
	struct task *hungry;
	struct nsec begin;

	serve("Step=terminate grace=1s reserve=4M\nStep=kill\nDeadline=20s\n",
	      (struct instance_options){ 0 });
	victim_start(TASK_TERM_IGNORE, 0);
	hungry = task_start(&web, "hungry");
	begin = clock_now();
	task_touch(hungry, 30);
	expect_within(8000, task_killed(victim));
	expect(test_msec_since(begin) >= 900);
	expect(!task_exited(hungry));
	expect_within(8000, instance_record_of(&instance, victim));
	record = instance_record_of(&instance, victim);
	expect(strcmp(json_text(record, "steps.0.result"), "timed-out") == 0);
	expect(strcmp(json_text(record, "steps.1.step"), "kill") == 0);
	expect(json_number(record, "victims.1.pid") == victim->pid);
	expect_within(15000, limit_is(32));
}

/* The reserve alone makes the group calm: the one that ignores the signal does not get away with that. */
static void ignored_with_a_reserve_that_suffices(void)
{
	struct task *hungry;

	serve("Step=terminate grace=1s reserve=16M\nStep=kill\nDeadline=20s\n",
	      (struct instance_options){ 0 });
	victim_start(TASK_TERM_IGNORE, 0);
	hungry = task_start(&web, "hungry");
	task_touch(hungry, 22);
	expect_within(8000, task_killed(victim));
	expect(!task_exited(hungry));
	expect_within(15000, limit_is(32));
}

/* Everything is killed while the grace runs: the limit and the switch are put back. */
static void all_killed_in_the_grace(void)
{
	serve("Step=terminate grace=15s reserve=8M\nStep=kill\nDeadline=30s\n",
	      (struct instance_options){ 0 });
	victim_start(TASK_TERM_IGNORE, 0);
	task_touch(victim, 60);
	expect_within(5000, !limit_is(32));
	test_nap_msec(1500);
	instance_kill_all(&instance);
	task_kill(victim);
	hand_back_expect(&instance, hand_back_start(&instance));
	expect(limit_is(32));
	expect(cg_is_free(&web) && !cg_has_attribute(&web));
}

static void handler_killed_in_the_grace(void)
{
	serve("Step=terminate grace=15s reserve=8M\nStep=kill\nDeadline=30s\n",
	      (struct instance_options){ 0 });
	victim_start(TASK_TERM_IGNORE, 0);
	task_touch(victim, 60);
	expect_within(5000, !limit_is(32));
	instance_signal(&instance, PART_HANDLER, SIGKILL);
	expect_within(5000, task_killed(victim));
	expect_within(15000, limit_is(32));
	expect_within(20000, instance_group_is(&instance, &web, "armed"));
}

/* It has been told, and nothing has been lent yet: the kernel's killer has it at once. */
static void handler_killed_after_the_signal(void)
{
	struct task *hungry;

	serve("Step=terminate grace=15s reserve=8M\nStep=kill\nDeadline=30s\n",
	      (struct instance_options){ .hold = "terminate-after-signal" });
	victim_start(TASK_TERM_IGNORE, 0);
	hungry = task_start(&web, "hungry");
	task_touch(hungry, 64);
	expect_within(10000, instance_held(&instance, PART_HANDLER));
	instance_signal(&instance, PART_HANDLER, SIGKILL);
	expect_within(5000, task_killed(hungry));
	expect(limit_is(32));
	expect_within(20000, instance_group_is(&instance, &web, "armed"));
}

static const struct test tests[] = {
	{ .name = "ends-cleanly-among-hungry-neighbours",
	  .run = ends_cleanly_among_hungry_neighbours },
	{ .name = "the-sleeper-itself", .run = the_sleeper_itself },
	{ .name = "ignored-and-killed", .run = ignored_and_killed },
	{ .name = "ignored-with-a-reserve-that-suffices",
	  .run = ignored_with_a_reserve_that_suffices },
	{ .name = "all-killed-in-the-grace", .run = all_killed_in_the_grace },
	{ .name = "handler-killed-after-the-signal", .run = handler_killed_after_the_signal },
	{ .name = "handler-killed-in-the-grace", .run = handler_killed_in_the_grace },
};
TEST_MAIN(tests)
