/* See hold.h. Production builds compile this file to nothing. */
#include "base/hold.h"

#ifdef HOLD_POINTS

#include <assert.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char *const hold_names[] = {
	[HOLD_ARM_BEFORE_LEDGER] = "arm-before-ledger",
	[HOLD_ARM_BEFORE_WRITE] = "arm-before-write",
	[HOLD_ARM_AFTER_WRITE] = "arm-after-write",
	[HOLD_ARM_AFTER_LOOK] = "arm-after-look",
	[HOLD_PUBLISH_BEFORE_TAKE] = "publish-before-take",
	[HOLD_PUBLISH_AFTER_SAVE] = "publish-after-save",
	[HOLD_PUBLISH_AFTER_GROUP] = "publish-after-group",
	[HOLD_PUBLISH_AFTER_REGISTER] = "publish-after-register",
	[HOLD_EPISODE_BEGIN] = "episode-begin",
	[HOLD_SNAPSHOT_DONE] = "snapshot-done",
	[HOLD_KILL_BEFORE_SIGNAL] = "kill-before-signal",
	[HOLD_KILL_AFTER_SIGNAL] = "kill-after-signal",
	[HOLD_LEND_BEFORE_WRITE] = "lend-before-write",
	[HOLD_LEND_AFTER_WRITE] = "lend-after-write",
	[HOLD_KERNEL_BEFORE_WRITE] = "kernel-before-write",
	[HOLD_KERNEL_AFTER_WRITE] = "kernel-after-write",
	[HOLD_REARM_BEFORE_WRITE] = "rearm-before-write",
	[HOLD_HAND_BACK_BEFORE_FENCE] = "hand-back-before-fence",
	[HOLD_HAND_BACK_AFTER_FENCE] = "hand-back-after-fence",
	[HOLD_HAND_BACK_AFTER_WRITE] = "hand-back-after-write",
	[HOLD_HAND_BACK_BEFORE_FINAL] = "hand-back-before-final",
	[HOLD_TAKE_BACK_BEFORE_WRITE] = "take-back-before-write",
	[HOLD_TERMINATE_AFTER_SIGNAL] = "terminate-after-signal",
	[HOLD_FREEZE_BEFORE_WRITE] = "freeze-before-write",
	[HOLD_FREEZE_AFTER_WRITE] = "freeze-after-write",
	[HOLD_THAW_BEFORE_WRITE] = "thaw-before-write",
	[HOLD_HISTORY_IN_WRITE] = "history-in-write",
};
static_assert(sizeof(hold_names) / sizeof(hold_names[0]) == HOLD_POINT_COUNT, "a name per point");

static atomic_bool hold_armed[HOLD_POINT_COUNT];

static void arm(const char *name, size_t length)
{
	for (int i = 0; i < HOLD_POINT_COUNT; i++)
		if (strlen(hold_names[i]) == length && strncmp(name, hold_names[i], length) == 0)
			atomic_store(&hold_armed[i], true);
}

void hold_init(void)
{
	const char *at = getenv("OOMHANDLERD_HOLD");

	while (at && *at) {
		size_t length = strcspn(at, ",");

		arm(at, length);
		at += length + (at[length] == ',');
	}
}

void hold_here(enum hold_point point)
{
	if (atomic_exchange(&hold_armed[point], false))
		(void)raise(SIGSTOP); /* cannot fail for a valid signal number */
}

#else

/* ISO C forbids an empty translation unit. */
extern int hold_points_are_compiled_out;

#endif
