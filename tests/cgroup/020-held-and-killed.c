/*
 * Every hold point of base/hold.h: the part is brought there, and stands. In one scene it is killed, in
 * the other it goes on as if a machine had been paused. Either way whatever OOM there is ends, the group
 * is served again, the next OOM is resolved, and in the end everything is as it was found. The guardian's
 * death, after which nobody serves, is in 027.
 *
 * Scenes share nothing but the host, so they run side by side, each in a process and a group of its own
 * (scene.h).
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/scene.h"
#include "cgroup/test.h"

#define SCENES_MAX 8

static const struct scene_row arming[] = {
	{ "arm-before-ledger", PART_HANDLER, SCENE_KILL, scene_reach_arming },
	{ "arm-before-write", PART_HANDLER, SCENE_KILL, scene_reach_arming },
	{ "arm-after-write", PART_HANDLER, SCENE_KILL, scene_reach_arming },
	{ "arm-after-look", PART_HANDLER, SCENE_KILL, scene_reach_arming },
};
static const struct scene_row publishing[] = {
	{ "publish-before-take", PART_SUPERVISOR, SCENE_KILL, scene_reach_arming },
	{ "publish-after-save", PART_SUPERVISOR, SCENE_KILL, scene_reach_arming },
	{ "publish-after-group", PART_SUPERVISOR, SCENE_KILL, scene_reach_arming },
	{ "publish-after-register", PART_SUPERVISOR, SCENE_KILL, scene_reach_arming },
};
static const struct scene_row killing[] = {
	{ "episode-begin", PART_HANDLER, SCENE_KILL, scene_reach_asleep },
	{ "snapshot-done", PART_HANDLER, SCENE_KILL, scene_reach_asleep },
	{ "kill-before-signal", PART_HANDLER, SCENE_KILL, scene_reach_asleep },
	{ "kill-after-signal", PART_HANDLER, SCENE_KILL, scene_reach_asleep },
};
static const struct scene_row lending[] = {
	{ "lend-before-write", PART_HANDLER, SCENE_LEND, scene_reach_lent },
	{ "lend-after-write", PART_HANDLER, SCENE_LEND, scene_reach_lent },
	{ "take-back-before-write", PART_SUPERVISOR, SCENE_LEND, scene_reach_taking_back },
};
static const struct scene_row to_the_kernel[] = {
	{ "kernel-before-write", PART_HANDLER, SCENE_KERNEL, scene_reach_asleep },
	{ "kernel-after-write", PART_HANDLER, SCENE_KERNEL, scene_reach_asleep },
	{ "rearm-before-write", PART_HANDLER, SCENE_KERNEL, scene_reach_rearming },
};
static const struct scene_row handing_back[] = {
	{ "hand-back-before-fence", PART_GUARDIAN, SCENE_KILL, scene_reach_handing_back },
	{ "hand-back-after-fence", PART_GUARDIAN, SCENE_KILL, scene_reach_handing_back },
	{ "hand-back-after-write", PART_GUARDIAN, SCENE_KILL, scene_reach_handing_back },
	{ "hand-back-before-final", PART_GUARDIAN, SCENE_KILL, scene_reach_handing_back },
};
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static pid_t scene_start(struct scene scene)
{
	pid_t pid = fork();

	expect(pid >= 0);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		scene_play_served_again(scene);
		_exit(EXIT_SUCCESS);
	}
	return pid;
}

/* Each that fails has said why right before. */
static void scenes_expect(const struct scene *scenes, size_t count)
{
	pid_t pids[SCENES_MAX], pid;
	char name[SCENE_NAME_SIZE];
	int failed = 0, status;

	for (size_t i = 0; i < count; i++)
		pids[i] = scene_start(scenes[i]);
	while ((pid = wait(&status)) > 0)
		for (size_t i = 0; i < count; i++)
			if (pids[i] == pid && status != 0) {
				scene_name(scenes[i], name);
				test_note("%s failed", name);
				failed++;
			}
	expect(failed == 0);
}

static void play(const struct scene_row *rows, size_t count)
{
	struct scene scenes[SCENES_MAX];

	expect(2 * count <= SCENES_MAX);
	for (size_t i = 0; i < 2 * count; i++)
		scenes[i] = (struct scene){ .row = &rows[i / 2], .killed = i % 2 };
	scenes_expect(scenes, 2 * count);
}

static void part_arming(void)
{
	play(arming, COUNT(arming));
}

static void part_publishing(void)
{
	play(publishing, COUNT(publishing));
}

static void part_killing(void)
{
	play(killing, COUNT(killing));
}

static void part_lending(void)
{
	play(lending, COUNT(lending));
}

static void part_handing_to_the_kernel(void)
{
	play(to_the_kernel, COUNT(to_the_kernel));
}

static void part_handing_back(void)
{
	struct scene scenes[COUNT(handing_back)];

	for (size_t i = 0; i < COUNT(handing_back); i++)
		scenes[i] = (struct scene){ .row = &handing_back[i] };
	scenes_expect(scenes, COUNT(handing_back));
}

static const struct test tests[] = {
	{ .name = "arming", .run = part_arming },
	{ .name = "publishing", .run = part_publishing },
	{ .name = "killing", .run = part_killing },
	{ .name = "lending", .run = part_lending },
	{ .name = "handing-to-the-kernel", .run = part_handing_to_the_kernel },
	{ .name = "handing-back", .run = part_handing_back },
};
TEST_MAIN(tests)
