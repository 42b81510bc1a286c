/*
 * A whole group goes, also one that forks as fast as it can.
 *
 *     scratch
 *     ├── web (48 MiB, armed)    a fork bomb of at most 400 processes, or a few tasks
 *     │   ├── a
 *     │   └── b
 *     └── beside (8 MiB)         bystander
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

#define BOMB_MAX 400
#define BOMB_BYTES (192 * 1024)

static struct instance instance;
static struct cg web;
static _Atomic unsigned int *born;

static void serve(const char *victim)
{
	web = cg_make("web", 48);
	instance = instance_make("daemon");
	instance_policy_victims(&instance, victim, "Step=kill-group timeout=5s\nDeadline=20s\n");
	instance_start_armed(&instance, &web);
}

/* Bounded by the number of births, so that a test that fails leaves a machine that lives. */
static void bomb(void)
{
	char *room =
		mmap(NULL, BOMB_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (;;) {
		if (room != MAP_FAILED)
			memset(room, (int)getpid(), BOMB_BYTES);
		if (atomic_load(born) >= BOMB_MAX * 20) {
			(void)pause();
			continue;
		}
		if (fork() == 0)
			atomic_fetch_add(born, 1);
	}
}

static void fork_bomb(void)
{
	struct cg beside = cg_make("beside", 8);
	struct task *bystander = task_start(&beside, "bystander");
	struct json_object *record;
	struct nsec begin;

	born = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	expect(born != MAP_FAILED);
	serve("");
	begin = clock_now();
	(void)task_fork(&web, bomb);
	expect_within(10000, atomic_load(born) > 20);
	expect_within(15000, cg_members(&web) == 0);
	test_note("%u were born, all dead after %u ms", atomic_load(born), test_msec_since(begin));
	expect_for(500, cg_members(&web) == 0);
	expect_within(8000, instance_record(&instance, &web));
	record = instance_record(&instance, &web);
	expect(strcmp(json_text(record, "steps.0.step"), "kill-group") == 0);
	expect(json_number(record, "steps.0.count") > 10);
	expect(!task_exited(bystander));
	expect(cg_killer_off(&web));
}

/* Every one of them, and no one else: not those of the group beside it. */
static void all_of_the_subtree(void)
{
	struct cg beside = cg_make("beside", 8), a, b;
	struct task *bystander = task_start(&beside, "bystander"), *own, *first, *second;

	serve("");
	a = cg_make("web/a", 0);
	b = cg_make("web/b", 0);
	own = task_start(&web, "own");
	first = task_start(&a, "first");
	second = task_start(&b, "second");
	task_touch(first, 64);
	expect_within(5000, task_killed(own) && task_killed(first) && task_killed(second));
	expect(!task_exited(bystander));
}

/* Unit=group: the child group with the largest use, and it alone. */
static void the_largest_child_alone(void)
{
	struct cg a, b;
	struct task *small, *large[2];

	serve("Unit=group\n");
	a = cg_make("web/a", 0);
	b = cg_make("web/b", 0);
	small = task_start(&a, "small");
	task_fill(small, 14);
	for (int i = 0; i < 2; i++) {
		large[i] = task_start(&b, "large");
		task_fill(large[i], 12);
	}
	task_touch(large[0], 64);
	expect_within(5000, task_killed(large[0]) && task_killed(large[1]));
	expect_for(500, !task_exited(small));
}

static void protected_are_left(void)
{
	struct task *kept, *hog, *other;

	serve("Protect=comm:kept\n");
	kept = task_start(&web, "kept");
	other = task_start(&web, "other");
	hog = task_start(&web, "hog");
	task_touch(hog, 64);
	expect_within(5000, task_killed(hog) && task_killed(other));
	expect_for(500, !task_exited(kept));
}

static const struct test tests[] = {
	{ .name = "fork-bomb", .run = fork_bomb },
	{ .name = "all-of-the-subtree", .run = all_of_the_subtree },
	{ .name = "the-largest-child-alone", .run = the_largest_child_alone },
	{ .name = "protected-are-left", .run = protected_are_left },
};
TEST_MAIN(tests)
