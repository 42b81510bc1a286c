/*
 * The freezer as a step, as the way to take a group that forks, and as somebody else's: a group that its
 * operator has paused stays paused, and one signal at most waits in it.
 *
 *     scratch                                    FREEZER/scratch
 *     └── web (48 MiB, armed)    hog, quiet          └── web    hog, quiet
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgroup/freezer.h"
#include "cgroup/instance.h"
#include "cgroup/test.h"

#define BOMB_BYTES (192 * 1024)
#define BOMB_MAX 8000

static struct instance instance;
static struct cg web, ice;
static struct task *hog, *quiet;
static _Atomic unsigned int *born;

static void serve(const char *on_oom)
{
	web = cg_make("web", 48);
	ice = freezer_make("web");
	quiet = task_start(&web, "quiet");
	task_fill(quiet, 4);
	hog = task_start_as(&web, (struct task_guise){ .comm = "hog", .term = TASK_TERM_IGNORE });
	freezer_enter(&ice, quiet->pid);
	freezer_enter(&ice, hog->pid);
	instance = instance_make("daemon");
	instance_policy_all(&instance, on_oom);
	instance_start_armed(&instance, &web);
	expect_within(15000,
		      freezer_is_open_in(&ice, instance.guardian) &&
			      freezer_is_open_in(&ice, instance_pid(&instance, PART_HANDLER)));
}

/* Time to look; then it goes on with the next step. */
static void held_for_people_to_look(void)
{
	struct json_object *record;
	struct nsec begin;

	serve("Step=freeze for=2s\nStep=kill\nDeadline=20s\n");
	task_touch(hog, 64);
	expect_within(10000, freezer_is_frozen(&ice));
	begin = clock_now();
	expect_within(5000, json_at(instance_group(&instance, &web), "frozen") &&
				    json_object_get_boolean(
					    json_at(instance_group(&instance, &web), "frozen")));
	expect_within(8000, !freezer_is_frozen(&ice));
	expect(test_msec_since(begin) >= 1500);
	expect_within(5000, task_killed(hog));
	expect(!task_exited(quiet));
	expect_within(8000, instance_record_of(&instance, hog));
	record = instance_record_of(&instance, hog);
	expect(strcmp(json_text(record, "steps.0.step"), "freeze") == 0);
	expect(strcmp(json_text(record, "steps.0.result"), "done") == 0);
	expect_within(5000, !freezer_is_marked(&web));
}

/* Bounded by the number of births, so that a test that fails leaves a machine that lives. */
static void bomb(void)
{
	char *room =
		mmap(NULL, BOMB_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	freezer_enter(&ice, getpid());
	for (;;) {
		if (room != MAP_FAILED)
			memset(room, (int)getpid(), BOMB_BYTES);
		if (atomic_load(born) >= BOMB_MAX)
			(void)pause();
		else if (fork() == 0)
			atomic_fetch_add(born, 1);
	}
}

static void fork_bomb_is_frozen_first(void)
{
	born = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	expect(born != MAP_FAILED);
	serve("Step=kill-group timeout=5s\nDeadline=20s\n");
	(void)task_fork(&web, bomb);
	expect_within(15000, atomic_load(born) > 20);
	expect_within(15000, task_killed(hog) && task_killed(quiet));
	expect_within(10000, instance_record(&instance, &web));
	expect(strcmp(json_text(instance_record(&instance, &web), "steps.0.result"), "done") == 0);
	expect(!freezer_is_frozen(&ice));
	expect_for(500, cg_members(&web) == 0);
}

/* `docker pause` while the grace runs: it stays paused, and the one that was asked is the one that goes. */
static void paused_by_its_operator(void)
{
	serve("Step=terminate grace=2s reserve=1M\nStep=kill timeout=300ms\nDeadline=6s\n");
	task_touch(hog, 64);
	expect_within(10000, instance_group_is(&instance, &web, "episode"));
	freezer_freeze(&ice);
	expect_for(8000, freezer_is_frozen(&ice) && !task_exited(quiet));
	freezer_thaw(&ice);
	expect_within(10000, task_killed(hog));
	expect_for(1000, !task_exited(quiet));
	expect_within(30000, instance_group_is(&instance, &web, "armed"));
}

static const struct test tests[] = {
	{ .name = "held-for-people-to-look", .run = held_for_people_to_look },
	{ .name = "fork-bomb-is-frozen-first", .run = fork_bomb_is_frozen_first },
	{ .name = "paused-by-its-operator", .run = paused_by_its_operator, .seconds = 90 },
};
TEST_MAIN(tests)
