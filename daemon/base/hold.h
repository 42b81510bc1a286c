/*
 * Hold points: named places in arming, acting and handing back where a test can stop a part exactly
 * there (it raises SIGSTOP), look, and kill or continue it. They exist only in builds with
 * -DHOLD_POINTS; elsewhere HOLD() is nothing.
 *
 * OOMHANDLERD_HOLD=name[,name...] in the environment arms them; each holds once per process.
 */
#pragma once

enum hold_point {
	HOLD_ARM_BEFORE_LEDGER,
	HOLD_ARM_BEFORE_WRITE,
	HOLD_ARM_AFTER_WRITE,
	HOLD_ARM_AFTER_LOOK,
	HOLD_PUBLISH_BEFORE_TAKE,
	HOLD_PUBLISH_AFTER_SAVE,
	HOLD_PUBLISH_AFTER_GROUP,
	HOLD_PUBLISH_AFTER_REGISTER,
	HOLD_EPISODE_BEGIN,
	HOLD_SNAPSHOT_DONE,
	HOLD_KILL_BEFORE_SIGNAL,
	HOLD_KILL_AFTER_SIGNAL,
	HOLD_LEND_BEFORE_WRITE,
	HOLD_LEND_AFTER_WRITE,
	HOLD_KERNEL_BEFORE_WRITE,
	HOLD_KERNEL_AFTER_WRITE,
	HOLD_REARM_BEFORE_WRITE,
	HOLD_HAND_BACK_BEFORE_FENCE,
	HOLD_HAND_BACK_AFTER_FENCE,
	HOLD_HAND_BACK_AFTER_WRITE,
	HOLD_HAND_BACK_BEFORE_FINAL,
	HOLD_TAKE_BACK_BEFORE_WRITE,
	HOLD_TERMINATE_AFTER_SIGNAL,
	HOLD_FREEZE_BEFORE_WRITE,
	HOLD_FREEZE_AFTER_WRITE,
	HOLD_THAW_BEFORE_WRITE,
	HOLD_HISTORY_IN_WRITE,
	HOLD_POINT_COUNT,
};

#ifdef HOLD_POINTS
/* Reads the environment; call once at start, before confinement. */
void hold_init(void);
void hold_here(enum hold_point point);
#define HOLD(point) hold_here(point)
#else
static inline void hold_init(void)
{
}
#define HOLD(point) ((void)0)
#endif
