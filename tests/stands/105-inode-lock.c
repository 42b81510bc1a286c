/*
 * The story of the kernel change this daemon depends on (KERNEL.md K7), first half: "the OOM invoking
 * task was about to charge a page cache page during a write(), which holds the i_mutex. The OOM killer
 * selected a task that was just entering truncate() and trying to acquire the i_mutex." Since that change
 * the charge fails inside write() instead of sleeping there; and where the writer is stuck with the
 * inode's lock for another reason, a victim that cannot die is not waited for.
 *
 *     scratch
 *     └── web (32 MiB, armed)    victim (20 MiB, in truncate), writer (in write of the same file), hog
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgroup/fuse.h"
#include "cgroup/instance.h"
#include "cgroup/test.h"

#define MIB (1024UL * 1024)

/* What the tasks tell the test. */
static struct {
	_Atomic unsigned int filled; /* the victim has its memory */
	_Atomic unsigned int writing; /* the writer is inside write(2) */
	_Atomic unsigned int refused; /* writes that ended with ENOMEM */
	_Atomic unsigned int met; /* truncates that began while the writer was inside */
	_Atomic unsigned int truncating;
} * told;

static char file_path[256];

static void told_make(void)
{
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	expect(told != MAP_FAILED);
	(void)snprintf(file_path, sizeof(file_path), "%s/contended", test_folder());
}

static void victim_fill(void)
{
	char *memory = mmap(NULL, 20 * MIB, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (memory == MAP_FAILED)
		_exit(1);
	memset(memory, 1, 20 * MIB);
	atomic_store(&told->filled, 1);
}

static void victim_run(void)
{
	int fd = open(file_path, O_RDWR | O_CREAT, 0600);

	victim_fill();
	for (;;) {
		bool inside = atomic_load(&told->writing);

		atomic_store(&told->truncating, 1);
		if (ftruncate(fd, 0) == 0)
			atomic_fetch_add(&told->met, inside);
		atomic_store(&told->truncating, 0);
	}
}

/* A file on tmpfs: its pages are charged like anonymous ones, and reclaim cannot drop them. */
static void writer_run(void)
{
	static char source[MIB];
	int fd = open(file_path, O_RDWR | O_CREAT, 0600);

	memset(source, 1, sizeof(source));
	for (off_t at = 0;; at = at < (off_t)(64 * MIB) ? at + (off_t)MIB : 0) {
		ssize_t out;

		atomic_store(&told->writing, 1);
		out = pwrite(fd, source, sizeof(source), at);
		atomic_store(&told->writing, 0);
		if (out < 0 && errno == ENOMEM)
			atomic_fetch_add(&told->refused, 1);
	}
}

/* Its source is a page that never comes: it sleeps in write(2) with the inode's lock held. */
static void stuck_writer_run(void)
{
	int source = open(fuse_hanging_file(), O_RDONLY);
	int fd = open(file_path, O_RDWR | O_CREAT, 0600);
	const void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, source, 0);

	if (page == MAP_FAILED)
		_exit(1);
	atomic_store(&told->writing, 1);
	(void)!pwrite(fd, page, 4096, 0);
	for (;;)
		(void)pause();
}

static void serve(struct instance *instance, const struct cg *web, const char *on_oom)
{
	*instance = instance_make("daemon");
	instance_policy_all(instance, on_oom);
	instance_start_armed(instance, web);
}

/* The writer keeps failing its charges inside write(2); the victim in truncate(2) dies at once. */
static void writer_fails_its_charge(void)
{
	struct cg web = cg_make("web", 32);
	struct instance instance;
	struct task *hog;
	pid_t victim;

	told_make();
	serve(&instance, &web, "Step=kill\nDeadline=20s\n");
	victim = task_fork(&web, victim_run);
	expect_within(5000, atomic_load(&told->filled));
	(void)task_fork(&web, writer_run);
	expect_within(5000, atomic_load(&told->met) > 10);
	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	expect_within(5000, task_forked_gone(victim));
	expect_within(10000, task_killed(hog));
	expect_within(5000, atomic_load(&told->refused) > 0);
	test_note("%u writes ended with ENOMEM, %u truncates met one", atomic_load(&told->refused),
		  atomic_load(&told->met));
}

/*
 * The writer never lets go. Since do_truncate() takes the lock in a killable way (fs/open.c, 6.18) the
 * victim dies all the same; on a kernel where it does not, the next candidate is taken.
 */
static void writer_stuck_with_the_lock(void)
{
	struct instance instance;
	struct task *hog;
	struct cg web;
	pid_t victim;
	bool died;

	fuse_start();
	told_make();
	web = cg_make("web", 32);
	serve(&instance, &web, "Step=kill timeout=200ms\nDeadline=20s\n");
	(void)task_fork(&web, stuck_writer_run);
	fuse_expect_withheld();
	victim = task_fork(&web, victim_run);
	expect_within(5000, atomic_load(&told->truncating) && process_state(victim) == 'D');
	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	expect_within(5000, task_killed(hog));
	died = task_forked_gone(victim);
	test_note("the victim %s",
		  died ? "died in truncate(2)" : "could not die, the next one was taken");
	expect_within(5000, instance_record_of(&instance, hog) != NULL);
	fuse_release();
	expect_within(5000, died || task_forked_gone(victim));
}

static const struct test tests[] = {
	{ .name = "writer-fails-its-charge", .run = writer_fails_its_charge },
	{ .name = "writer-stuck-with-the-lock", .run = writer_stuck_with_the_lock },
};
TEST_MAIN(tests)
