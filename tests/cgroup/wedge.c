/* See wedge.h. */
#include "cgroup/wedge.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/fuse.h"
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

pid_t wedge_start(const struct cg *cg)
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
	/* The writer that completes it may still be on its way. */
	expect_within(5000, reading_hangs(victim));
	return victim;
}

/* Reads the page like anybody, which locks it in the page cache until it comes. */
static void __attribute__((noreturn)) page_task(void)
{
	char byte;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(pread(open(fuse_hanging_file(), O_RDONLY), &byte, 1, 0) == 1 ? 0 : 1);
}

static void __attribute__((noreturn)) writing_task(const struct cg *cg, int file)
{
	char path[CG_PATH_SIZE + 32];
	int fd;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", cg->path);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "0", 1) < 0)
		_exit(1);
	(void)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 0);
	for (;;)
		(void)pause();
}

pid_t wedge_start_writer(const struct cg *cg)
{
	int file = open(fuse_hanging_file(), O_RDWR | O_NOATIME); /* later, this would wait too */
	pid_t reader = fork(), victim;

	expect(file >= 0);
	if (reader == 0)
		page_task();
	fuse_expect_withheld();
	victim = fork();
	if (victim == 0)
		writing_task(cg, file);
	expect(victim > 0 && reader > 0);
	expect_within(5000, reading_hangs(victim));
	return victim;
}
