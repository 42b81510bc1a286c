/*
 * The daemon freezes a group for people to look at, and parts of it die meanwhile: the group is thawed
 * and has the kernel's killer back, and no trace of ours is left. One that its operator has frozen stays
 * frozen whatever dies.
 *
 *     scratch                                    FREEZER/scratch
 *     └── web (32 MiB, armed)    hog, quiet          └── web    hog, quiet
 */
#include <signal.h>
#include <sys/wait.h>

#include "cgroup/freezer.h"
#include "cgroup/instance.h"
#include "cgroup/test.h"

#define THAWED_MSEC 1000 /* design: within a second */

static struct instance instance;
static struct cg web, ice;
static struct task *hog, *quiet;
static struct instance_options options; /* of the next serve() */

/* An armed group, and both receivers have what freezes it. */
static void serve(const char *on_oom)
{
	web = cg_make("web", 32);
	ice = freezer_make("web");
	quiet = task_start(&web, "quiet");
	task_fill(quiet, 4);
	hog = task_start(&web, "hog");
	freezer_enter(&ice, quiet->pid);
	freezer_enter(&ice, hog->pid);
	instance = instance_make("daemon");
	instance_policy_all(&instance, on_oom);
	instance_start(&instance, options);
	expect_within(10000, instance_group_is(&instance, &web, "armed"));
	expect_within(15000,
		      freezer_is_open_in(&ice, instance.guardian) &&
			      freezer_is_open_in(&ice, instance_pid(&instance, PART_HANDLER)));
}

/* What is frozen is marked: without that nobody could thaw it after all of us. */
static void serve_frozen(const char *on_oom)
{
	serve(on_oom);
	task_touch(hog, 64);
	expect_within(10000, freezer_is_frozen(&ice));
	expect(freezer_is_marked(&web));
	expect(cg_killer_off(&web));
}

static void expect_thawed(struct nsec blow)
{
	expect_within(THAWED_MSEC, !freezer_is_frozen(&ice) && !cg_killer_off(&web));
	test_note("thawed %u ms after the blow", test_msec_since(blow));
}

/* The page may be one of before the blow: then it still names the part that was killed. */
static void expect_served_without(enum part part, pid_t struck)
{
	expect_within(30000, instance_pid(&instance, part) != struck && cg_killer_off(&web) &&
				     instance_group_is(&instance, &web, "armed"));
}

static pid_t strike(enum part part)
{
	pid_t struck = instance_pid(&instance, part);

	instance_signal(&instance, part, SIGKILL);
	return struck;
}

static void expect_no_trace(void)
{
	expect(cg_is_free(&web));
	expect(!freezer_is_frozen(&ice));
	expect(!cg_has_attribute(&web));
	expect(!freezer_is_marked(&web));
	expect(!task_exited(quiet));
}

static void hand_back(void)
{
	hand_back_expect(&instance, hand_back_start(&instance));
}

static void handler_dies(void)
{
	struct nsec blow;
	pid_t struck;

	serve_frozen("Step=freeze for=20s\nStep=kill\nDeadline=40s\n");
	blow = clock_now();
	struck = strike(PART_HANDLER);
	expect_thawed(blow);
	expect_within(10000, task_killed(hog)); /* by the kernel */
	expect_served_without(PART_HANDLER, struck);
	expect_within(5000, !freezer_is_marked(&web));
	expect(instance_stop(&instance) == 0);
	expect_no_trace();
}

/* The handler dies right there: whatever it had done by then is undone. */
static void dies_at(const char *point)
{
	struct nsec blow;
	pid_t struck;

	options.hold = point;
	serve("Step=freeze for=1s\nStep=kill\nDeadline=40s\n");
	task_touch(hog, 64);
	expect_within(10000, instance_held(&instance, PART_HANDLER));
	blow = clock_now();
	struck = strike(PART_HANDLER);
	expect_thawed(blow);
	expect_within(10000, task_killed(hog));
	expect_served_without(PART_HANDLER, struck);
	expect(instance_stop(&instance) == 0);
	expect_no_trace();
}

static void dies_before_it_freezes(void)
{
	dies_at("freeze-before-write");
}

static void dies_when_it_has_frozen(void)
{
	dies_at("freeze-after-write");
}

static void dies_before_it_thaws(void)
{
	dies_at("thaw-before-write");
}

static void guardian_dies(void)
{
	struct nsec blow;

	serve_frozen("Step=freeze for=20s\nStep=kill\nDeadline=40s\n");
	blow = clock_now();
	expect(kill(instance.guardian, SIGKILL) == 0);
	expect_thawed(blow);
	expect_within(5000, waitpid(instance.guardian, NULL, WNOHANG) == instance.guardian);
	instance.guardian = 0;
	hand_back();
	expect_within(10000, task_killed(hog));
	expect_no_trace();
}

static void all_die(void)
{
	struct nsec blow;
	pid_t pid;

	serve_frozen("Step=freeze for=20s\nStep=kill\nDeadline=40s\n");
	instance_kill_all(&instance);
	expect(freezer_is_frozen(&ice));
	blow = clock_now();
	pid = hand_back_start(&instance);
	expect_thawed(blow);
	hand_back_expect(&instance, pid);
	expect_within(10000, task_killed(hog));
	expect_no_trace();
}

/* The handler does not need it to keep to the time. */
static void supervisor_dies(void)
{
	struct nsec begun;
	pid_t struck;

	serve_frozen("Step=freeze for=5s\nStep=kill\nDeadline=40s\n");
	begun = clock_now();
	struck = strike(PART_SUPERVISOR);
	expect_for(3000, freezer_is_frozen(&ice));
	expect_within(4000, !freezer_is_frozen(&ice));
	test_note("thawed %u ms after the freeze was seen", test_msec_since(begun));
	expect_within(10000, task_killed(hog)); /* by the next step */
	expect_served_without(PART_SUPERVISOR, struck);
	expect_within(5000, !freezer_is_marked(&web));
	expect(instance_stop(&instance) == 0);
	expect_no_trace();
}

static void daemon_stops(void)
{
	serve_frozen("Step=freeze for=20s\nStep=kill\nDeadline=40s\n");
	expect(instance_stop(&instance) == 0);
	expect_within(10000, task_killed(hog));
	expect_no_trace();
}

/* Everything that may die does, one after the other; none of it thaws what it did not freeze. */
static void operators_freeze_stays(void)
{
	pid_t struck;

	serve("Step=freeze for=20s\nStep=kill\nDeadline=40s\n");
	freezer_freeze(&ice);
	struck = strike(PART_SUPERVISOR);
	expect_for(1500, freezer_is_frozen(&ice));
	expect_served_without(PART_SUPERVISOR, struck);
	struck = strike(PART_HANDLER);
	expect_for(1500, freezer_is_frozen(&ice));
	expect_served_without(PART_HANDLER, struck);
	expect(freezer_is_frozen(&ice));
	instance_kill_all(&instance);
	hand_back();
	expect(freezer_is_frozen(&ice));
	expect(!cg_has_attribute(&web) && !freezer_is_marked(&web));
	expect(cg_is_free(&web));
}

static void operators_freeze_outlives_the_guardian(void)
{
	serve("Step=freeze for=20s\nStep=kill\nDeadline=40s\n");
	freezer_freeze(&ice);
	expect(kill(instance.guardian, SIGKILL) == 0);
	expect_within(5000, waitpid(instance.guardian, NULL, WNOHANG) == instance.guardian);
	instance.guardian = 0;
	expect_within(5000, !cg_killer_off(&web));
	hand_back();
	expect(freezer_is_frozen(&ice));
	expect(!cg_has_attribute(&web));
}

static const struct test tests[] = {
	{ .name = "handler-dies", .run = handler_dies },
	{ .name = "dies-before-it-freezes", .run = dies_before_it_freezes },
	{ .name = "dies-when-it-has-frozen", .run = dies_when_it_has_frozen },
	{ .name = "dies-before-it-thaws", .run = dies_before_it_thaws },
	{ .name = "guardian-dies", .run = guardian_dies },
	{ .name = "all-die", .run = all_die },
	{ .name = "supervisor-dies", .run = supervisor_dies },
	{ .name = "daemon-stops", .run = daemon_stops },
	{ .name = "operators-freeze-stays", .run = operators_freeze_stays, .seconds = 90 },
	{ .name = "operators-freeze-outlives-the-guardian",
	  .run = operators_freeze_outlives_the_guardian },
};
TEST_MAIN(tests)
