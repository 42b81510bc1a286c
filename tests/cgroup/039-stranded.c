/*
 * A sleeper is moved elsewhere and its old group removed before anybody could wake it: nothing but SIGKILL
 * can end its sleep any more (KERNEL.md K17). Handler and guardian stand meanwhile, since both would. Here
 * the daemon finds it by /proc alone, as on a kernel that cannot list sleepers; 065 has the other way.
 *
 *     scratch
 *     ├── web       (32 MiB, armed)                      sleeper, until it is moved
 *     └── elsewhere (8 MiB, killer off by its operator)  other
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web, elsewhere;

static void prepare(const char *on_oom)
{
	struct cg scratch = cg_scratch();

	web = cg_make("web", 32);
	elsewhere = cg_make("elsewhere", 8);
	cg_turn_killer_off(&elsewhere);
	instance = instance_make("daemon");
	instance_policy(&instance, "50-test", "[Match]\nCgroup=%s/web\n[OnOOM]\n%s",
			cg_label(&scratch), on_oom);
	instance_configure(&instance, "SampleInterval=200ms\n");
	(void)setenv("OOMHANDLERD_HOLD_WITHOUT", "sleepers", 1);
	instance_start(&instance, (struct instance_options){ .hold_build = true });
	expect_within(10000, cg_killer_off(&web));
}

static void move(const struct task *task, const struct cg *cg)
{
	char path[CG_PATH_SIZE + 32];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", cg->path);
	fd = open(path, O_WRONLY);
	expect(fd >= 0 && dprintf(fd, "%d", (int)task->pid) > 0);
	(void)close(fd);
}

/* Return: a task in elsewhere that waits for what was web. */
static struct task *strand(void)
{
	struct task *sleeper = task_start(&web, "sleeper");

	/* Only those are found whom the sampler has met. */
	expect_for(1000, !task_exited(sleeper));
	instance_signal(&instance, PART_GUARDIAN, SIGSTOP);
	instance_signal(&instance, PART_HANDLER, SIGSTOP);
	task_touch(sleeper, 64);
	expect_within(5000, task_asleep(sleeper));
	move(sleeper, &elsewhere);
	cg_remove(&web);
	instance_signal(&instance, PART_HANDLER, SIGCONT);
	instance_signal(&instance, PART_GUARDIAN, SIGCONT);
	return sleeper;
}

static void sleeper_of_a_removed_group_is_killed(void)
{
	struct task *sleeper;
	struct nsec begin;

	prepare("Step=kill\n");
	sleeper = strand();
	begin = clock_now();
	expect_within(15000, task_killed(sleeper));
	test_note("killed %u ms after its group was removed", test_msec_since(begin));
	expect(test_msec_since(begin) >= 1500);
	expect_within(5000, instance_logged(&instance, "(sleeper) waits for the end of an OOM"));
	expect(instance_logged(&instance, "nothing can wake it: killed"));
}

/* Whoever sleeps in a group that is itself out of memory may be waiting for that one. */
static void another_oom_is_not_mistaken(void)
{
	struct task *sleeper, *other;

	prepare("Step=kill\n");
	other = task_start(&elsewhere, "other");
	task_touch(other, 16);
	expect_within(5000, cg_under_oom(&elsewhere));
	sleeper = strand();
	expect_for(6000, !task_exited(sleeper));
	task_kill(other);
	expect_within(15000, task_killed(sleeper));
}

static const struct test tests[] = {
	{ .name = "sleeper-of-a-removed-group-is-killed",
	  .run = sleeper_of_a_removed_group_is_killed },
	{ .name = "another-oom-is-not-mistaken", .run = another_oom_is_not_mistaken },
};
TEST_MAIN(tests)
