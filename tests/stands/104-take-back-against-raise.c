/*
 * A raise is silently lost when it meets a take-back that is reclaiming (KERNEL.md K10: 3 of 3). The
 * group's memory is page cache, so that taking back takes long; while it goes on the group needs more.
 *
 *     scratch
 *     └── web (32 MiB, armed; lends 32 MiB for 1 s)    reader (a file of 48 MiB), hog
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

#define ROUNDS 6

static struct cg web;

/* Reads a file over and over, as a member of the group: its pages are charged there. */
static void __attribute__((noreturn)) reader(const char *path)
{
	static char block[1 << 20];
	char procs[CG_PATH_SIZE + 32];
	int fd;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)snprintf(procs, sizeof(procs), "%s/cgroup.procs", web.path);
	fd = open(procs, O_WRONLY);
	if (fd < 0 || write(fd, "0", 1) < 0)
		_exit(1);
	fd = open(path, O_RDONLY);
	for (;;)
		for (off_t at = 0; pread(fd, block, sizeof(block), at) > 0;)
			at += (off_t)sizeof(block);
}

/* On a disk, not on tmpfs: tmpfs pages cannot be reclaimed without swap. */
static void file_make(char path[static 64])
{
	static char block[1 << 20];
	int fd;

	strcpy(path, "/var/tmp/oomhandlerd-test-XXXXXX");
	fd = mkstemp(path);
	expect(fd >= 0 && unlink(path) == 0);
	for (int i = 0; i < 48; i++)
		expect(write(fd, block, sizeof(block)) == (ssize_t)sizeof(block));
	expect(fsync(fd) == 0);
	expect(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0);
	/* Without a name there is nothing to leave behind; the reader finds it through our descriptor. */
	(void)snprintf(path, 64, "/proc/%d/fd/%d", (int)getpid(), fd);
}

static void no_raise_is_lost(void)
{
	struct instance instance = instance_make("daemon");
	char path[64];
	struct task *hog;
	pid_t pid;

	web = cg_make("web", 32);
	instance_policy_all(&instance,
			    "Step=raise-limit by=32M max=128M for=1s\nStep=kill\nDeadline=20s\n");
	instance_start_armed(&instance, &web);
	file_make(path);
	pid = fork();
	if (pid == 0)
		reader(path);
	for (int round = 0; round < ROUNDS; round++) {
		hog = task_start(&web, "hog");
		/* The first wish draws the loan; the second comes when it is being taken back. */
		task_touch(hog, 40);
		expect_within(5000, task_done(hog) || task_exited(hog));
		test_nap_msec(900 + (unsigned int)round * 60);
		task_touch(hog, 60);
		expect_within(5000, task_done(hog) || task_exited(hog));
		expect_within(3000, !cg_under_oom(&web));
		if (!task_exited(hog))
			task_kill(hog);
	}
	(void)kill(pid, SIGKILL);
}

static const struct test tests[] = {
	{ .name = "no-raise-is-lost", .run = no_raise_is_lost, .seconds = 90 },
};
TEST_MAIN(tests)
