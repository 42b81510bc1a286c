/*
 * `explain CGROUP`: what would be done if the group ran out of memory now, by the same rules and
 * order as an episode, from the facts that were sampled, and nothing is done. Where an episode would ask the
 * kernel instead, the answer says so. Where the facts are older than a second the sampler is asked for
 * fresh ones first; the main loop does not wait for them, a timer looks.
 */
#pragma once

#include <json-c/json.h>
#include <systemd/sd-event.h>

#include "supervisor/supervisor.h"

#define EXPLAIN_WAIT_MSEC 200 /* for fresh facts; then with what there is */

struct explain;

/* @answer: NULL when the group was removed meanwhile; the receiver puts it. */
typedef void explain_done(void *context, struct json_object *answer);

/**
 * explain_begin() - ask; the answer comes from the loop, never from within this call
 * @supervisor: borrowed until the answer, as is @context
 * @ret_explain: owner: the caller until @done is called; before that explain_cancel() ends it
 *
 * Errors:  the negative errno of making the timer.
 */
int explain_begin(struct supervisor *supervisor, const struct node *node, explain_done *done,
		  void *context, struct explain **ret_explain);

/* Nobody waits for it any more; NULL is allowed. */
void explain_cancel(struct explain *explain);

/* The answer with the facts as they are now; the caller puts it. */
struct json_object *explain_now(struct supervisor *supervisor, const struct node *node);
