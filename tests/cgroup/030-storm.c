/*
 * Somebody makes and removes groups as fast as the kernel lets him, for no reason of ours.
 *
 *     scratch
 *     ├── web (32 MiB, armed)    hog
 *     └── storm                  groups come and go
 */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

#define STORM_MSEC 8000
#define STORMERS 2
/* The page is written once a second; a busy machine may be late. */
#define PAGE_AGE_MSEC 3000

static struct instance instance;

static void storm_start(const struct cg *cg, int number)
{
	char path[CG_PATH_SIZE + 32];

	(void)snprintf(path, sizeof(path), "%s/brief-%d", cg->path, number);
	if (fork() != 0)
		return;
	for (;;) {
		(void)mkdir(path, 0755);
		(void)rmdir(path);
	}
}

static bool page_is_fresh(void)
{
	struct nsec updated = { .count = (uint64_t)json_number(instance_page(&instance),
							       "updated_nsec") };

	return test_msec_since(updated) < PAGE_AGE_MSEC;
}

static void supervisor_keeps_up(void)
{
	struct cg web = cg_make("web", 32), storm = cg_make("storm", 0);
	struct task *hog;
	pid_t supervisor;

	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start_armed(&instance, &web);
	supervisor = instance_pid(&instance, PART_SUPERVISOR);
	for (int i = 0; i < STORMERS; i++)
		storm_start(&storm, i);
	for (struct nsec start = clock_now(); test_msec_since(start) < STORM_MSEC;) {
		expect(page_is_fresh());
		test_nap_msec(100);
	}
	expect(instance_pid(&instance, PART_SUPERVISOR) == supervisor);
	expect(instance_group_is(&instance, &web, "armed"));
	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	witness_killed(&instance, &web, hog);
}

static const struct test tests[] = {
	{ .name = "supervisor-keeps-up", .run = supervisor_keeps_up },
};
TEST_MAIN(tests)
