/*
 * The last records as JSON objects, newest last: shown on the status page, and taken from the history at
 * start so that a restart does not forget why a process is gone.
 */
#pragma once

#include <stdbool.h>

#include <json-c/json.h>

#define RECENT_MAX 32

/**
 * recent_load() - the last records of the history in @state_dir
 *
 * Without a history, or with one that cannot be read, the list is empty.
 *
 * Context: before there are threads; reads the whole history once.
 */
void recent_load(const char *state_dir);

/* Is there a record with this id? Any thread. */
bool recent_has(const char *id);

/* One more, the oldest beyond RECENT_MAX goes. Takes over the reference of @record. Any thread. */
void recent_add(struct json_object *record);

/**
 * recent_list() - a copy of all, as an array
 *
 * Context: any thread; takes a lock shortly, never while the disk is written.
 * Return:  the array, empty without records; the caller puts it.
 */
struct json_object *recent_list(void);
