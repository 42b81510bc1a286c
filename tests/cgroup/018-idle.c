/*
 * Idle means idle: nothing but heartbeat and sweep.
 *
 *     scratch
 *     └── web (32 MiB, armed)    quiet
 */
#include "cgroup/instance.h"
#include "cgroup/test.h"

#define WATCH_SECONDS 10
/* Heartbeat and sweep share one wake-up a second; another one a second is for timers that fall apart. */
#define HANDLER_PER_SECOND 2
/* 4 ticks a second, and again the same room. */
#define GUARDIAN_PER_SECOND 6

static struct instance instance;

static int64_t wakeups(const char *part)
{
	return json_number(instance_page(&instance), part);
}

static void wakeups_are_counted(void)
{
	struct cg web = cg_make("web", 32);
	struct task *quiet;
	int64_t handler, guardian;

	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start_armed(&instance, &web);
	quiet = task_start(&web, "quiet");
	task_fill(quiet, 4);
	/* The start's own business settles first. */
	test_nap_msec(3000);
	handler = wakeups("handler.wakeups");
	guardian = wakeups("guardian.wakeups");
	test_nap_msec(WATCH_SECONDS * 1000);
	handler = wakeups("handler.wakeups") - handler;
	guardian = wakeups("guardian.wakeups") - guardian;
	test_note("per minute: handler %lld, guardian %lld",
		  (long long)handler * 60 / WATCH_SECONDS,
		  (long long)guardian * 60 / WATCH_SECONDS);
	expect(handler > 0 && handler <= (WATCH_SECONDS + 1) * HANDLER_PER_SECOND);
	expect(guardian > 0 && guardian <= (WATCH_SECONDS + 1) * GUARDIAN_PER_SECOND);
}

static const struct test tests[] = {
	{ .name = "wakeups-are-counted", .run = wakeups_are_counted },
};
TEST_MAIN(tests)
