/*
 * A hand-back that meets a task on its way to sleep can leave it asleep for ever with the killer on
 * (KERNEL.md K1: 8 of 4086 at a random moment). So `--hand-back` is thrown at many groups whose tasks
 * all touch the page too many around that moment; each must be free in the end.
 *
 *     scratch
 *     ├── g0  (1 MiB, as an orphan of the daemon)    toucher, full to the last page
 *     ...
 *     └── g31
 */
#include <stdio.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

#define GROUPS 32
#define ROUNDS 8
#define SPREAD_USEC 12000 /* from the program's start to its last write, measured by strace */

static struct instance instance; /* for its log alone */
static struct cg groups[GROUPS];
static struct task *touchers[GROUPS];

static void fill_to_the_last_page(int i)
{
	char name[16];
	uint64_t touched = 0;

	(void)snprintf(name, sizeof(name), "g%d", i);
	groups[i] = cg_make(name, 1);
	touchers[i] = task_start(&groups[i], "toucher");
	cg_make_orphan(&groups[i]);
	while (cg_get(&groups[i], CG_LIMIT) - cg_get(&groups[i], CG_USAGE) >= 4096) {
		task_touch_bytes(touchers[i], touched += 4096);
		if (!within(200, task_done(touchers[i])))
			break; /* a page table took the last page: it sleeps already, which is fine too */
	}
}

static void one_round(void)
{
	struct timespec pause = { .tv_nsec = SPREAD_USEC * 1000 / GROUPS };
	pid_t pid;

	for (int i = 0; i < GROUPS; i++)
		fill_to_the_last_page(i);
	pid = hand_back_start(&instance);
	for (int i = 0; i < GROUPS; i++) {
		/* Each processor may hold 63 charged pages in stock: ask for more than all of them. */
		task_touch(touchers[i], 4);
		(void)nanosleep(&pause, NULL);
	}
	hand_back_expect(&instance, pid);
	for (int i = 0; i < GROUPS; i++) {
		expect_within(3000, task_killed(touchers[i]));
		expect(cg_is_free(&groups[i]) && !cg_has_attribute(&groups[i]));
		cg_remove(&groups[i]);
	}
}

static void nobody_is_left_asleep(void)
{
	instance = instance_make("hand-back");
	for (int round = 0; round < ROUNDS; round++)
		one_round();
}

static const struct test tests[] = {
	{ .name = "nobody-is-left-asleep", .run = nobody_is_left_asleep, .seconds = 120 },
};
TEST_MAIN(tests)
