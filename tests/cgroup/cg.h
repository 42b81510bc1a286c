/*
 * Control groups of a test, all below one scratch group per case. Every failure to do what the test asks
 * ends the case; nothing here needs to be cleaned up by the caller.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/units.h"

#define CG_PATH_SIZE 512
#define CG_LIMIT "memory.limit_in_bytes"
#define CG_USAGE "memory.usage_in_bytes"
#define CG_FAILCNT "memory.failcnt"

struct cg {
	char path[CG_PATH_SIZE]; /* absolute */
};

struct cg_level {
	bool killer_off;
	bool under_oom;
	uint64_t kills;
};

#define CG_MOUNT_SIZE 256

/* Mount point of the v1 memory hierarchy, NULL without one. */
const char *cg_mount(void);
/* Of another one; @mount: static, empty at first, remembers it. */
const char *cg_mount_of(const char *controller, char mount[static CG_MOUNT_SIZE]);

/* Frame only: names and makes the scratch group, removes it with all below. */
void cg_scratch_name(int id);
bool cg_scratch_make(void);
bool cg_scratch_remove(void);
void cg_scratch_dump(void);

struct cg cg_scratch(void);

/* Makes @name ("a" or "a/b") below the scratch group; with a limit of @mib unless 0. */
struct cg cg_make(const char *name, unsigned int mib);
struct cg cg_named(const char *name);
void cg_remove(const struct cg *cg);
bool cg_exists(const struct cg *cg);

/* Path below the hierarchy's root, as the daemon shows it. */
const char *cg_label(const struct cg *cg);
uint64_t cg_inode(const struct cg *cg);

uint64_t cg_get(const struct cg *cg, const char *file);
void cg_set(const struct cg *cg, const char *file, uint64_t value);
struct cg_level cg_level(const struct cg *cg);
bool cg_under_oom(const struct cg *cg);
/* The kernel's killer is in charge, and nobody sleeps. */
bool cg_is_free(const struct cg *cg);
bool cg_killer_off(const struct cg *cg);
void cg_turn_killer_off(const struct cg *cg);

/* Moves the process there, with all its threads. */
void cg_enter(const struct cg *cg, pid_t pid);

/* Processes that are direct members. */
unsigned int cg_members(const struct cg *cg);

/* Does the group carry the daemon's attribute? */
bool cg_has_attribute(const struct cg *cg);
/* Leaves the group as a daemon that was killed between arming and undoing would. */
void cg_make_orphan(const struct cg *cg);
