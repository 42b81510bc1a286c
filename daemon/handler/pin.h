/*
 * What the handler takes from the system before it serves: its memory, a place at the front of the run
 * queue, protection from the kernel's own killer. What is refused is written into the pulse for people
 * to read; nothing but the locked memory is a condition of correctness, and even without it the handler
 * is better than none.
 */
#pragma once

#include "shared/inherit.h"

/**
 * pin_process() - lock memory, touch the stack, raise priority
 * @regime: filled in
 *
 * Context: after all threads exist, before the loop. The calling thread is the one that is raised.
 */
void pin_process(struct pulse_regime *regime);

/* Page faults of the calling thread so far. */
uint64_t pin_faults(void);
