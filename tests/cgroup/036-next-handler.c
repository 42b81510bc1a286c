/*
 * The handler dies, and what it held goes on: a loan that is in use, the lock that says whose group it is.
 *
 *     scratch
 *     └── web (32 MiB, armed)    hog
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web;

static void start(const char *on_oom)
{
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, on_oom);
	instance_start_armed(&instance, &web);
}

static bool limit_is(unsigned int mib)
{
	return cg_get(&web, CG_LIMIT) == bytes_from_mib(mib).count;
}

/* Nobody strikes it from the ledger any more, because the next handler never gets the group. */
static void loan_ends_with_a_release(void)
{
	struct task *hog;

	start("Step=raise-limit by=16M max=64M for=1s\nStep=kill\nDeadline=20s\n");
	hog = task_start(&web, "hog");
	task_touch(hog, 40);
	expect_within(5000, task_done(hog) && limit_is(48));
	expect_within(5000, json_at(instance_group(&instance, &web), "lent"));
	instance_policy(&instance, "50-test", "[Match]\nCgroup=/no/such/group\n");
	instance_signal(&instance, PART_HANDLER, SIGKILL);
	instance_reload(&instance);
	expect_within(5000, cg_is_free(&web));
	/* The hog is in the way: neither limit nor attribute can go. */
	expect_for(2000, !limit_is(32) && cg_has_attribute(&web));
	task_exit(hog);
	expect_within(40000, limit_is(32));
	expect_within(10000, !cg_has_attribute(&web));
}

static bool is_locked(void)
{
	int directory = open(web.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool locked;

	expect(directory >= 0);
	locked = flock(directory, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
	(void)close(directory);
	return locked;
}

/* The last one alive is the next handler: as long as it has not disarmed, the group is nobody else's. */
static void lock_is_the_next_ones_too(void)
{
	pid_t former, handler, supervisor;

	start("Step=kill\n");
	former = instance_pid(&instance, PART_HANDLER);
	supervisor = instance_pid(&instance, PART_SUPERVISOR);
	instance_signal(&instance, PART_HANDLER, SIGKILL);
	expect_within(10000, instance_pid(&instance, PART_HANDLER) != former &&
				     instance_group_is(&instance, &web, "armed"));
	handler = instance_pid(&instance, PART_HANDLER);
	expect(kill(handler, SIGSTOP) == 0);
	expect(kill(supervisor, SIGKILL) == 0 && kill(instance.guardian, SIGKILL) == 0);
	expect_within(5000, process_state(instance.guardian) == 'Z');
	expect_for(500, is_locked());
	expect(kill(handler, SIGCONT) == 0);
	expect_within(10000, cg_is_free(&web) && !is_locked());
}

static const struct test tests[] = {
	{ .name = "loan-ends-with-a-release", .run = loan_ends_with_a_release, .seconds = 90 },
	{ .name = "lock-is-the-next-ones-too", .run = lock_is_the_next_ones_too },
};
TEST_MAIN(tests)
