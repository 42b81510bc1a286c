/*
 * The knob that makes a group ours: memory.oom_control. Only the handler ever writes 1, and only into a
 * group that the living supervisor vouches for.
 */
#pragma once

#include "handler/handler.h"

/* May anything be armed at all? Not without a guardian and a supervisor that beat. */
bool arm_is_allowed(const struct handler *handler, const struct slot *slot);

/**
 * arm_group() - switch the kernel's killer off
 *
 * Errors:  as knob_turn().
 */
int arm_group(struct handler *handler, uint32_t slot);

/**
 * arm_release() - write @value and begin the looks that confirm it
 * @value: what was found before (undo), or 0 (hand back)
 */
void arm_release(struct handler *handler, uint32_t slot, uint32_t value);

/* One of the looks of arm_release(). Return: true after the last one. */
bool arm_release_look(struct handler *handler, uint32_t slot);

/*
 * Has a group that was handed back been quiet for long enough? Asked at every sweep. A task that still
 * sleeps there was missed by the 0; it is written again.
 */
bool arm_await_proof(struct handler *handler, uint32_t slot);
