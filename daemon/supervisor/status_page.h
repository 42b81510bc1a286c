/*
 * The status page: RUNTIME_DIR/status.json, everything `oomhandlerctl` shows. It outlives the daemon,
 * so that the question "what was going on" still has an answer; updated_nsec, boot_id and the lock in
 * the same folder tell whether anybody is behind it.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "settings/config.h"
#include "settings/policy_file.h"
#include "settings/problems.h"
#include "shared/inherit.h"
#include "supervisor/groups.h"

#define STATUS_PAGE_FORMAT "oomhandlerd-status"
#define STATUS_PAGE_VERSION 1

/* All pointers are borrowed for the call. */
struct status_input {
	const struct tables *tables;
	struct groups *groups;
	const struct policy_set *policies;
	const struct config *config;
	const char *config_file;
	const char *runtime_dir;
	const struct problems *last_problems; /* of the last load; may be NULL */
	bool last_reload_ok;
	bool dry_run;
	pid_t guardian, supervisor;
};

/**
 * status_page_write() - replace the page in one rename
 *
 * Context: main loop, every second; reads limit and usage of each managed group; allocates.
 * Errors:  the negative errno of writing or renaming; the former page is then still there.
 */
int status_page_write(const struct status_input *input);
