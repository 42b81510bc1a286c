/*
 * A raise that meets a second task on its way to sleep can leave it asleep beside free memory
 * (races.md A1: 93 of 52 225). So two tasks run into every raise of a policy that lends in small
 * pieces; none may sleep while there is room.
 *
 *     scratch
 *     └── web (16 MiB, armed; lends 256 KiB at a time)    left, right
 */
#include "cgroup/instance.h"
#include "cgroup/test.h"

#define SECONDS 20
#define STUCK_MSEC 3000 /* the looks after an act are over by then */

static struct cg web;

/* Asleep beside free memory for as long as @STUCK_MSEC: its wake-up was lost and nobody noticed. */
static bool stuck(const struct task *task)
{
	uint64_t touched = atomic_load(&task->page->touched);

	return !task_done(task) &&
	       !within(STUCK_MSEC, atomic_load(&task->page->touched) != touched ||
					   cg_get(&web, CG_LIMIT) - cg_get(&web, CG_USAGE) < 65536);
}

static void nobody_sleeps_beside_free_memory(void)
{
	struct instance instance = instance_make("daemon");
	struct nsec begin;
	struct task *left, *right;
	unsigned int rounds = 0;

	web = cg_make("web", 16);
	instance_policy_all(&instance,
			    "Step=raise-limit by=256K max=200M for=1h\nStep=kill\nDeadline=60s\n");
	instance_start_armed(&instance, &web);
	left = task_start(&web, "left");
	right = task_start(&web, "right");
	begin = clock_now();
	task_touch(left, 90);
	task_touch(right, 90);
	while (test_msec_since(begin) < SECONDS * 1000 && !task_done(left) && !task_done(right)) {
		expect(!task_exited(left) && !task_exited(right));
		expect(!stuck(left));
		expect(!stuck(right));
		rounds++;
	}
	test_note("%u looks, limit at the end %llu KiB", rounds,
		  (unsigned long long)cg_get(&web, CG_LIMIT) / 1024);
	expect(cg_get(&web, CG_LIMIT) > bytes_from_mib(16).count);
}

static const struct test tests[] = {
	{ .name = "nobody-sleeps-beside-free-memory",
	  .run = nobody_sleeps_beside_free_memory,
	  .seconds = 90 },
};
TEST_MAIN(tests)
