/*
 * An outcome record as a JSON object: the same in the history, in the status page's "recent" and in what
 * people read with `oomhandlerctl`.
 */
#pragma once

#include <json-c/json.h>
#include <time.h>

#include "shared/outcome.h"
#include "supervisor/candidate_json.h"

#define OUTCOME_ID_SIZE 24

/* What the record itself does not know. */
struct outcome_context {
	const char *cgroup; /* escaped path of the group */
	const char *limit_cgroup; /* ... of the group whose limit was hit */
	struct timespec time; /* CLOCK_REALTIME of the trigger */
	struct candidate_names names; /* .moment is that of the trigger */
};

/* What counted as the end of the OOM: usage before less usage after, 0 when it grew. */
uint64_t outcome_freed(const struct outcome *outcome);

/* The word of the source that was decided from; NULL: it ended before anything was decided. */
const char *outcome_source(const struct outcome *outcome);

/* Unique since the machine booted, whatever was restarted: time of the trigger and slot. Return: @id. */
char *outcome_id(const struct outcome *outcome, char id[static OUTCOME_ID_SIZE]);

/**
 * outcome_json_new() - the whole record
 * @context: borrowed for the call
 *
 * Context: reporter thread; allocates; names of processes are escaped.
 * Return:  an object the caller puts with json_object_put(), NULL without memory.
 */
struct json_object *outcome_json_new(const struct outcome *outcome,
				     const struct outcome_context *context);
