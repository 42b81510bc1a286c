/*
 * The handler has died and the guardian, on its way through the hand-back, dies as well: nobody serves,
 * nobody restarts. The service manager runs --hand-back; one after the other, because that repairs the
 * whole host. The tree is in scene.h.
 */
#include "cgroup/scene.h"
#include "cgroup/test.h"

static void play(const char *point)
{
	const struct scene_row row = { point, PART_GUARDIAN, SCENE_KILL, scene_reach_handing_back };

	scene_play_handed_back((struct scene){ .row = &row, .killed = true });
}

static void before_fence(void)
{
	play("hand-back-before-fence");
}

static void after_fence(void)
{
	play("hand-back-after-fence");
}

static void after_write(void)
{
	play("hand-back-after-write");
}

static void before_final(void)
{
	play("hand-back-before-final");
}

static const struct test tests[] = {
	{ .name = "before-fence", .run = before_fence },
	{ .name = "after-fence", .run = after_fence },
	{ .name = "after-write", .run = after_write },
	{ .name = "before-final", .run = before_final },
};
TEST_MAIN(tests)
