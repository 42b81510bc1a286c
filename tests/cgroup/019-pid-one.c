/*
 * The group of pid 1 is refused. The host's own is not touched: the case gets a pid namespace, whose
 * first process lives in a group of the test.
 *
 *     scratch
 *     └── init (64 MiB)    pid 1 of the namespace
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static void join(const struct cg *cg)
{
	char path[CG_PATH_SIZE + 32];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", cg->path);
	file = fopen(path, "w");
	expect(file && fputs("0", file) >= 0 && fclose(file) == 0);
}

/* Forks; the parent ends as the child does. */
static void descend(void)
{
	int status;
	pid_t pid = fork();

	expect(pid >= 0);
	if (pid == 0)
		return;
	expect(waitpid(pid, &status, 0) == pid);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}

static void group_of_pid_one(void)
{
	struct cg scratch = cg_scratch(), init = cg_make("init", 64);
	struct instance instance = instance_make("daemon");

	instance_policy_all(&instance, "Step=kill\n");
	if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
		test_skip("no pid namespace");
	descend();
	expect(getpid() == 1);
	join(&init);
	/* In a chroot the root is no mount point, and /proc cannot be replaced without being seen outside. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		test_skip("mounts cannot be made private: %s", strerror(errno));
	expect(mount("proc", "/proc", "proc", 0, NULL) == 0);
	descend();
	join(&scratch);
	instance_start(&instance, (struct instance_options){ 0 });
	expect_within(10000, instance_group_is(&instance, &init, "refused"));
	if (!strstr(json_text(instance_group(&instance, &init), "reason"), "pid 1"))
		test_fail(TEST_HERE, "reason: %s",
			  json_text(instance_group(&instance, &init), "reason"));
	expect(!cg_killer_off(&init) && !cg_has_attribute(&init));
	expect(instance_stop(&instance) == 0);
}

static const struct test tests[] = {
	{ .name = "group-of-pid-one", .run = group_of_pid_one },
};
TEST_MAIN(tests)
