/*
 * Groups of the freezer's hierarchy, for tests that freeze: all below one scratch group of the case, as
 * in cg.h. The frame thaws and removes them, however the case ended: what is frozen cannot be killed.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "cgroup/cg.h"

/* Makes @name; skips the case where there is no such hierarchy. */
struct cg freezer_make(const char *name);

void freezer_enter(const struct cg *freezer, pid_t pid);

/* As an operator does, `docker pause`. */
void freezer_freeze(const struct cg *freezer);
void freezer_thaw(const struct cg *freezer);
/* FROZEN, or on the way there. */
bool freezer_is_frozen(const struct cg *freezer);

/* Does the process hold its state file open? Then it has been told that it may freeze the group. */
bool freezer_is_open_in(const struct cg *freezer, pid_t pid);

/* Does the memory group say that it is frozen by the daemon? */
bool freezer_is_marked(const struct cg *memory);

/* Frame only. */
void freezer_scratch_thaw(void);
bool freezer_scratch_remove(void);
