/*
 * The last outcomes as JSON objects, newest last: shown on the status page, and kept in the state
 * directory so that a restart does not forget why a process is gone.
 */
#pragma once

#include <json-c/json.h>

#define RECENT_MAX 32

/* Reads what a former run left in @state_dir; nothing, or nothing readable, there is an empty list. */
void recent_load(const char *state_dir);

/**
 * recent_add() - one more, the oldest beyond RECENT_MAX goes
 * @outcome: the reference is taken over
 *
 * Context: reporter thread; writes a file of some 100 KiB and may block on the disk.
 * Errors:  the negative errno of writing the file; the list has it all the same.
 */
int recent_add(struct json_object *outcome);

/**
 * recent_list() - a copy of all, as an array
 *
 * Context: any thread; takes a lock shortly, never while the disk is written.
 * Return:  the array, empty without outcomes; the caller puts it.
 */
struct json_object *recent_list(void);
