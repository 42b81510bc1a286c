/*
 * The reporter: a thread that tells people what happened. It takes outcome records from the handler's
 * ring and events from the main loop's bounded queue, and gives them to the journal or to standard
 * error. A journal or a terminal that is stuck stops this thread and nothing else.
 */
#pragma once

#include <stdint.h>

#include <json-c/json.h>

#include "base/units.h"
#include "shared/inherit.h"
#include "supervisor/groups.h"

enum report_event_kind {
	REPORT_STARTED,
	REPORT_ARMED,
	REPORT_RELEASED,
	REPORT_REFUSED,
	REPORT_RELOADED,
	REPORT_RELOAD_FAILED,
	REPORT_WARNING,
	REPORT_EVENT_KIND_COUNT,
};

/**
 * report_start() - start the thread
 * @tables:    borrowed for the program's life; outcomes must be mapped writable, for the consumer's index
 * @groups:    borrowed for the program's life
 * @state_dir: where the history is kept (history.h); copied
 *
 * Context: main loop, once.
 * Errors:  the negative errno of pthread_create, -EALREADY the second time.
 */
int report_start(const struct tables *tables, struct groups *groups, const char *state_dir);

/**
 * report_event() - one line from the main loop
 * @format: without a newline; names in it are escaped by the caller
 *
 * Context: any thread; never waits for a sink. With a full queue the event is dropped and counted; the
 *          count is said as soon as there is room.
 */
void report_event(enum report_event_kind kind, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* HistorySize=: from the next record on. Without it, none is kept. Any thread; at start and after a reload. */
void report_set_history_size(struct bytes size);

/*
 * The table of groups is filled: from now on outcomes are taken from the ring. Those that came before wait
 * there, and get the name of their group. Any thread.
 */
void report_outcomes(void);

/* There may be outcomes in the ring. Without it they are found within a second. Any thread. */
void report_kick(void);

/* Copies of the last outcomes as JSON, newest last; the caller puts the array. Any thread. */
struct json_object *report_recent(void);

/* What has been reported since the supervisor's start; groups that are gone count. */
struct report_totals {
	uint64_t episodes, kills, handed_back;
};

/* Any thread. */
struct report_totals report_totals(void);

/* Page faults of the handler's loop, as its last record said. Any thread. */
uint64_t report_page_faults(void);
