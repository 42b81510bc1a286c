/*
 * One run of a hook, from the connection to its end: connect, say the line, wait for the end or `ok`.
 */
#pragma once

#include "supervisor/hooks.h"

struct publication;

/**
 * hook_begin() - run what the board wants of the group of @publication
 * @place: free; taken until the hook has ended or is dropped
 *
 * Errors:  -EINVAL when the policy has no such step (any more); -ENOENT when the group is gone; what
 *          socket(2), connect(2) and sendto(2) say. The place is free again then, and the caller answers.
 */
int hook_begin(struct hooks *hooks, struct hook *place, const struct publication *publication);

/* Ends it without an answer. */
void hook_drop(struct hook *hook);

/* Tells the handler how it ended (hooks.c): 0 or a negative errno. */
void hooks_answer(struct hooks *hooks, uint32_t slot, uint32_t number, int error);
