/*
 * A process of the group has its mmap_lock held for good: every file in /proc that takes it hangs its
 * reader. The daemon must neither read one nor be slowed by it.
 *
 *     scratch
 *     └── web (32 MiB, armed)    wedged (mmap_lock stuck), hog
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/fuse.h"
#include "cgroup/instance.h"
#include "cgroup/test.h"

struct wedge {
	_Atomic unsigned long address; /* of the page that never comes */
	_Atomic int go;
};

static struct wedge *wedge;

/* Queues for the lock as a writer: behind it every later reader waits. */
static void *map_once(void *unused)
{
	(void)unused;
	while (!atomic_load(&wedge->go))
		test_nap_msec(1);
	return mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void __attribute__((noreturn)) wedged_task(const struct cg *cg)
{
	char path[CG_PATH_SIZE + 32];
	pthread_t writer;
	void *page;
	int fd;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", cg->path);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "0", 1) < 0 || pthread_create(&writer, NULL, map_once, NULL) != 0)
		_exit(1);
	fd = open(fuse_hanging_file(), O_RDONLY);
	page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	if (page == MAP_FAILED)
		_exit(1);
	atomic_store(&wedge->address, (unsigned long)page);
	for (;;)
		(void)pause();
}

/*
 * Reads the page through /proc/PID/mem: that fault may not drop the lock while it waits
 * (get_user_pages_remote without FOLL_UNLOCKABLE, mm/gup.c, 6.18), so it waits holding it.
 */
static void __attribute__((noreturn)) reader_task(pid_t pid)
{
	char path[64], byte;
	int fd;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = open(path, O_RDONLY);
	_exit(pread(fd, &byte, 1, (off_t)atomic_load(&wedge->address)) == 1 ? 0 : 1);
}

/* Return: pid of a process of @cg whose /proc/PID/cmdline hangs. */
static pid_t wedge_start(const struct cg *cg)
{
	pid_t victim, reader;

	wedge = mmap(NULL, sizeof(*wedge), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	expect(wedge != MAP_FAILED);
	victim = fork();
	if (victim == 0)
		wedged_task(cg);
	expect_within(5000, atomic_load(&wedge->address) != 0);
	reader = fork();
	if (reader == 0)
		reader_task(victim);
	expect(victim > 0 && reader > 0);
	fuse_expect_withheld();
	atomic_store(&wedge->go, 1);
	return victim;
}

/* Does a process that reads the file stay away? */
static bool reading_hangs(pid_t pid)
{
	char path[64], text[256];
	pid_t probe = fork();

	if (probe == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
		_exit(read(open(path, O_RDONLY), text, sizeof(text)) < 0);
	}
	expect(probe > 0);
	return !within(300, waitpid(probe, NULL, WNOHANG) == probe);
}

/* A witness that the wedge holds; the writer that completes it may still be on its way. */
static void expect_wedged(pid_t pid)
{
	expect_within(5000, reading_hangs(pid));
}

static void resolved_all_the_same(void)
{
	struct cg web;
	struct instance instance;
	struct task *hog;
	struct nsec begin;

	fuse_start();
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start_armed(&instance, &web);
	expect_wedged(wedge_start(&web));
	for (int round = 0; round < 3; round++) {
		hog = task_start(&web, "hog");
		begin = clock_now();
		task_touch(hog, 64);
		expect_within(5000, task_killed(hog));
		test_note("killed %u ms after it began to touch", test_msec_since(begin));
		witness_killed(&instance, &web, hog);
	}
	fuse_release();
}

/* The daemon starts, discovers and arms with the wedge in place. */
static void started_beside_it(void)
{
	struct cg web;
	struct instance instance;
	struct task *hog;

	fuse_start();
	web = cg_make("web", 32);
	expect_wedged(wedge_start(&web));
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start_armed(&instance, &web);
	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	witness_killed(&instance, &web, hog);
	fuse_release();
}

static const struct test tests[] = {
	{ .name = "resolved-all-the-same", .run = resolved_all_the_same },
	{ .name = "started-beside-it", .run = started_beside_it },
};
TEST_MAIN(tests)
