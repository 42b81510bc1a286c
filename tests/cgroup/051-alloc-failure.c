/*
 * Charges that fail with ENOMEM put nobody to sleep and send no event (KERNEL.md K7): they are counted,
 * reported, and acted upon where the policy says so. A group that is merely full of page cache is none.
 *
 *     scratch
 *     └── web (32 MiB, armed)    hog (20 MiB), caller (system calls that meet the limit)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

#define MIB (1024UL * 1024)

static struct instance instance;
static struct cg web;
static _Atomic unsigned int *refused;
static char disk_path[256];

static void serve(const char *on_oom)
{
	refused = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	expect(refused != MAP_FAILED);
	*refused = 0;
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, on_oom);
	instance_start_armed(&instance, &web);
}

/* A kernel-mode fault past the limit: MADV_POPULATE_WRITE says ENOMEM, nobody sleeps. */
static void caller_run(void)
{
	for (;;) {
		char *room = mmap(NULL, 32 * MIB, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (room != MAP_FAILED && madvise(room, 32 * MIB, MADV_POPULATE_WRITE) < 0)
			atomic_fetch_add(refused, 1);
		test_nap_msec(5);
		/* What it has got it keeps for a while: the group stands at its limit. */
		test_nap_msec(200);
		(void)munmap(room, 32 * MIB);
	}
}

static int64_t counted(void)
{
	return json_number(instance_group(&instance, &web), "alloc_failures");
}

static struct task *run_into_the_limit(void)
{
	struct task *hog = task_start(&web, "hog");

	task_fill(hog, 20);
	(void)task_fork(&web, caller_run);
	expect_within(5000, atomic_load(refused) > 0);
	return hog;
}

static void counted_and_reported(void)
{
	struct json_object *record;
	struct task *hog;

	serve("Step=kill\n");
	hog = run_into_the_limit();
	expect_within(15000, counted() > 0);
	expect_within(5000, instance_record(&instance, &web));
	record = instance_record(&instance, &web);
	expect(strcmp(json_text(record, "kind"), "alloc-failure") == 0);
	expect(strcmp(json_text(record, "cause"), "alloc-failure") == 0);
	expect(json_number(record, "candidates_total") >= 2);
	expect_for(2000, !task_exited(hog));
	/* Once a minute, however often it happens. */
	expect(instance_records(&instance, &web) == 1);
}

static void acted_upon(void)
{
	struct task *hog;

	serve("OnAllocFailure=steps\nStep=kill\nDeadline=20s\n");
	hog = run_into_the_limit();
	expect_within(20000, task_killed(hog));
	expect_within(8000, instance_record_of(&instance, hog));
	expect(strcmp(json_text(instance_record_of(&instance, hog), "cause"), "alloc-failure") ==
	       0);
	expect(strcmp(json_text(instance_record_of(&instance, hog), "kind"), "resolved") == 0);
}

/* On a file system with a disk behind it: its cache can be dropped, so no charge fails for good. */
static void reader_run(void)
{
	static char piece[MIB];
	int fd = open(disk_path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	(void)unlink(disk_path);
	for (int i = 0; i < 64; i++)
		(void)!write(fd, piece, sizeof(piece));
	(void)fsync(fd);
	for (;;)
		for (int i = 0; i < 64; i++)
			(void)!pread(fd, piece, sizeof(piece), (off_t)i * (off_t)MIB);
}

static void page_cache_is_none(void)
{
	struct task *hog;

	serve("OnAllocFailure=steps\nStep=kill\nDeadline=20s\n");
	(void)snprintf(disk_path, sizeof(disk_path), "/var/tmp/oomhandlerd-test-%d", (int)getpid());
	hog = task_start(&web, "hog");
	task_fill(hog, 8);
	(void)task_fork(&web, reader_run);
	expect_within(15000, cg_get(&web, CG_FAILCNT) > 50);
	expect_for(6000, !task_exited(hog));
	expect(counted() == 0);
	expect(!instance_record(&instance, &web));
}

static const struct test tests[] = {
	{ .name = "counted-and-reported", .run = counted_and_reported },
	{ .name = "acted-upon", .run = acted_upon },
	{ .name = "page-cache-is-none", .run = page_cache_is_none },
};
TEST_MAIN(tests)
