/*
 * Somebody else acts on the group while an episode runs: the limit is raised or lowered, a sleeper is
 * moved away, the policy is reloaded.
 *
 *     scratch
 *     ├── web (32 MiB, armed)    stubborn (ignores SIGTERM), small
 *     └── other (32 MiB)
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

/* A step that leaves time for others to act in; its reserve cannot help a hog of 64 MiB. */
#define SLOW "Step=terminate grace=3s reserve=1M\nStep=kill\nDeadline=20s\n"

static struct instance instance;
static struct cg web;
static struct task *stubborn, *small;

static void begin_episode(const char *on_oom)
{
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, on_oom);
	instance_start_armed(&instance, &web);
	small = task_start(&web, "small");
	task_fill(small, 4);
	stubborn = task_start_as(&web, (struct task_guise){ .comm = "stubborn",
							    .term = TASK_TERM_IGNORE });
	task_touch(stubborn, 64);
	expect_within(5000, instance_group_is(&instance, &web, "episode"));
}

/* There is room now: nobody has to die. */
static void limit_raised(void)
{
	begin_episode(SLOW);
	cg_set(&web, CG_LIMIT, bytes_from_mib(128).count);
	expect_within(5000, task_done(stubborn));
	expect_within(10000, instance_record(&instance, &web));
	expect(!task_exited(stubborn) && !task_exited(small));
	expect_for(3000, cg_get(&web, CG_LIMIT) == bytes_from_mib(128).count);
	expect(cg_killer_off(&web));
}

/* Lowering it is refused by the kernel while the memory is in use; the episode ends as it would have. */
static void limit_lowered(void)
{
	char path[CG_PATH_SIZE + 32];
	int fd;

	begin_episode(SLOW);
	(void)snprintf(path, sizeof(path), "%s/%s", web.path, CG_LIMIT);
	fd = open(path, O_WRONLY);
	(void)!write(fd, "8M", 2);
	(void)close(fd);
	expect_within(10000, task_killed(stubborn));
	expect(!task_exited(small));
	expect_within(10000, instance_record_of(&instance, stubborn));
	expect(cg_killer_off(&web));
}

/* It keeps sleeping on the group it has left; the daemon wakes it, and nobody dies for it. */
static void sleeper_moved(void)
{
	struct cg other = cg_make("other", 128);
	char path[CG_PATH_SIZE + 32], pid[16];
	int fd;

	begin_episode(SLOW);
	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", other.path);
	(void)snprintf(pid, sizeof(pid), "%d", (int)stubborn->pid);
	fd = open(path, O_WRONLY);
	expect(fd >= 0 && write(fd, pid, strlen(pid)) > 0);
	(void)close(fd);
	/* Its pages stay where they were charged, so the group it left stays full until somebody goes. */
	expect_within(15000, task_done(stubborn) || task_exited(stubborn));
	expect_within(15000, !cg_under_oom(&web));
}

/* An episode ends by the policy it began with; the next one goes by the new. */
static void policy_reloaded(void)
{
	struct task *next;

	begin_episode(SLOW);
	instance_policy_victims(&instance, "Protect=comm:stubborn\n", "Step=kill\nDeadline=20s\n");
	instance_reload(&instance);
	instance_policy_victims(&instance, "Protect=comm:stubborn comm:x\n",
				"Step=kill\nDeadline=20s\n");
	instance_reload(&instance);
	expect_within(10000, task_killed(stubborn));
	expect(!task_exited(small));
	expect_within(10000, instance_group_is(&instance, &web, "armed"));
	next = task_start(&web, "stubborn");
	task_touch(next, 64);
	expect_within(10000, task_killed(small));
}

static const struct test tests[] = {
	{ .name = "limit-raised", .run = limit_raised },
	{ .name = "limit-lowered", .run = limit_lowered },
	{ .name = "sleeper-moved", .run = sleeper_moved },
	{ .name = "policy-reloaded", .run = policy_reloaded },
};
TEST_MAIN(tests)
