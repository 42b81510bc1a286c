/*
 * How the guardian makes itself hard to stop: memory locked, not eligible for the kernel's killer, first
 * at the processor, not made to write out other people's pages. Each of these may be refused (no
 * CAP_SYS_RESOURCE in a container, no real-time budget in the cpu group): what was granted is in the
 * pulse for doctor and status, and nothing else depends on it.
 */
#pragma once

#include "shared/pulse.h"

/* One above the handler's SCHED_FIFO priority, so that a handler that spins does not stop its guard. */
#define PIN_PRIORITY 2

/**
 * pin_self() - ask for everything, once at start, after the tables are mapped
 * @regime: filled with what was granted; owner: the caller
 */
void pin_self(struct pulse_regime *regime);

/**
 * pin_leave() - in a forked child that is to be an ordinary process
 *
 * Scheduling resets itself on fork and locked memory is not inherited; what is left is undone here.
 */
void pin_leave(void);
