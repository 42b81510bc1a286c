/*
 * The scene of the drill: a scratch group in the v1 memory hierarchy and three processes of our own in
 * it, small, middle and hog. They die with us (PDEATHSIG), so that even a killed drill leaves no
 * process behind.
 */
#pragma once

#include <limits.h>
#include <sys/types.h>

#include "shared/knobs.h"

#define DRILL_LIMIT_MIB 64
#define DRILL_SMALL_MIB 4
#define DRILL_MIDDLE_MIB 16
#define DRILL_HOG_MIB 256 /* where it stops growing when nobody stops it */

enum drill_role {
	DRILL_SMALL,
	DRILL_MIDDLE,
	DRILL_HOG,
	DRILL_ROLE_COUNT,
};

struct drill_process {
	pid_t pid; /* 0: not started, or reaped */
	pid_t known_as; /* its pid, also after it was reaped */
	int status; /* as waitpid(2) gives it, once reaped */
};

struct drill_group {
	char top[PATH_MAX]; /* directory oomhandlerd-drill-PID, "" before it exists */
	char directory[PATH_MAX]; /* of the group with the limit, "" before it exists */
	char name[64]; /* of that group, below the hierarchy's root */
	struct drill_process process[DRILL_ROLE_COUNT]; /* owner: this struct */
	int grow; /* eventfd the hog waits on; -1 before */
	int ready; /* eventfd that counts processes in place; -1 before */
};

/* "drill-small", "drill-middle", "drill-hog": their names for the kernel. */
extern const char *const drill_names[DRILL_ROLE_COUNT];

/**
 * drill_group_init() - make @group safe to hand to drill_group_done()
 */
void drill_group_init(struct drill_group *group);

/**
 * drill_group_make() - the directories, the limit, the processes
 * @mount: of the v1 memory hierarchy
 *
 * The processes have their size when this returns; the hog waits for drill_group_grow().
 *
 * Errors:  -ETIMEDOUT when a process does not get ready, else
 *          what the system says; the caller still calls drill_group_done().
 */
int drill_group_make(struct drill_group *group, const char *mount);

/* Lets the hog grow. */
int drill_group_grow(const struct drill_group *group);

/* Notes which processes have died since; never waits. */
void drill_group_reap(struct drill_group *group);

/* The kernel's own view of the group; errors as oom_level_read(). */
int drill_group_level(const struct drill_group *group, struct oom_level *ret_level);

/**
 * drill_group_done() - kill and reap the processes, remove the directories
 *
 * Errors:  -EBUSY when a directory could not be removed within two seconds; its name is still in @group.
 */
int drill_group_done(struct drill_group *group);
