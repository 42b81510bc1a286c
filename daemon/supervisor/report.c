/* See report.h. The lock guards the queue alone and is never held over a system call that may block. */
#include "supervisor/report.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "settings/memory.h"
#include "supervisor/history.h"
#include "supervisor/message.h"
#include "supervisor/outcome_message.h"
#include "supervisor/recent.h"

#define QUEUE_EVENTS 128
#define EVENT_TEXT_SIZE 1536 /* an escaped path and a sentence */
#define FALLBACK_SEC 1

struct event {
	enum report_event_kind kind;
	char text[EVENT_TEXT_SIZE];
};

static struct {
	bool started;
	const struct tables *tables;
	struct groups *groups;
	char *state_dir;
	_Atomic uint64_t history_size;
	_Atomic bool named; /* the table of groups is filled */
	_Atomic uint64_t page_faults;
	struct {
		_Atomic uint64_t episodes, kills, handed_back;
	} totals;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t wake;
	bool kicked;
	struct event queue[QUEUE_EVENTS];
	uint32_t first, count;
	uint64_t dropped;
} report = { .lock = PTHREAD_MUTEX_INITIALIZER };

static enum message_kind event_message(enum report_event_kind kind)
{
	static const enum message_kind kinds[] = {
		[REPORT_STARTED] = MESSAGE_STARTED,
		[REPORT_ARMED] = MESSAGE_ARMED,
		[REPORT_RELEASED] = MESSAGE_RELEASED,
		[REPORT_REFUSED] = MESSAGE_REFUSED,
		[REPORT_RELOADED] = MESSAGE_RELOADED,
		[REPORT_RELOAD_FAILED] = MESSAGE_RELOAD_FAILED,
		[REPORT_WARNING] = MESSAGE_WARNING,
	};
	static_assert(sizeof(kinds) / sizeof(kinds[0]) == REPORT_EVENT_KIND_COUNT, "one each");

	return kinds[kind];
}

static void send_event(enum report_event_kind kind, const char *text)
{
	static struct message message; /* the thread's own; large */

	message_init(&message, event_message(kind));
	message_say(&message, "%s%s", kind == REPORT_WARNING ? "warning: " : "", text);
	message_send(&message);
}

static bool next_event(struct event *ret_event)
{
	bool found;

	pthread_mutex_lock(&report.lock);
	found = report.count > 0;
	if (found) {
		*ret_event = report.queue[report.first];
		report.first = (report.first + 1) % QUEUE_EVENTS;
		report.count--;
	}
	pthread_mutex_unlock(&report.lock);
	return found;
}

static void send_dropped(uint64_t dropped)
{
	char text[96];

	if (dropped == 0)
		return;
	(void)snprintf(text, sizeof(text), "%llu events were dropped: the log was stuck",
		       (unsigned long long)dropped);
	send_event(REPORT_WARNING, text);
}

static void send_events(void)
{
	struct event event;
	uint64_t dropped;

	while (next_event(&event))
		send_event(event.kind, event.text);
	pthread_mutex_lock(&report.lock);
	dropped = report.dropped;
	report.dropped = 0;
	pthread_mutex_unlock(&report.lock);
	send_dropped(dropped);
}

/* The record has monotonic time only, and the wall clock may have been set since. */
static struct nsec time_of(clockid_t clock, uint64_t trigger_nsec)
{
	uint64_t age = nsec_between((struct nsec){ trigger_nsec }, clock_now()).count;
	struct timespec now;
	uint64_t nsec;

	(void)clock_gettime(clock, &now); /* cannot fail: the pointer is ours */
	nsec = (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec;
	return (struct nsec){ nsec > age ? nsec - age : 0 };
}

static struct timespec wall_time(uint64_t trigger_nsec)
{
	struct nsec time = time_of(CLOCK_REALTIME, trigger_nsec);

	return (struct timespec){ .tv_sec = (time_t)(time.count / NSEC_PER_SEC),
				  .tv_nsec = (long)(time.count % NSEC_PER_SEC) };
}

static void say_lost(int error)
{
	static int last; /* said once, not with every outcome */
	char text[128];

	if (error < 0 && error != last) {
		(void)snprintf(text, sizeof(text), "the history cannot be written: %s",
			       error == -EWOULDBLOCK ? "another instance writes to it"
						     : strerror(-error));
		send_event(REPORT_WARNING, text);
	}
	last = error;
}

/* One that is there already was written by a predecessor that died before it could let go of it. */
static void keep_outcome(const struct outcome *outcome, const struct outcome_context *context)
{
	const struct bytes bound = { atomic_load(&report.history_size) };
	struct json_object *object;
	char id[OUTCOME_ID_SIZE];

	if (recent_has(outcome_id(outcome, id)))
		return;
	object = outcome_json_new(outcome, context);
	if (!object)
		return say_lost(-ENOMEM);
	say_lost(history_append(
		report.state_dir,
		json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
							       JSON_C_TO_STRING_NOSLASHESCAPE),
		bound));
	recent_add(object);
}

/* Everything about it that is not in the record. The texts are the thread's own, and large. */
static struct outcome_context context_of(const struct outcome *outcome)
{
	static struct group_view group, limit_group;
	static struct policy_rules rules;
	bool known = roster_read_rules(report.tables->roster, outcome->policy_index,
				       outcome->policy_version, &rules) == 0;

	return (struct outcome_context){
		.cgroup = candidate_group(report.groups, outcome->inode, &group),
		.limit_cgroup = candidate_group(report.groups, outcome->limit_inode, &limit_group),
		.time = wall_time(outcome->trigger_nsec),
		.names = {
			.groups = report.groups,
			.rules = known ? &rules : NULL,
			.moment = time_of(CLOCK_BOOTTIME, outcome->trigger_nsec),
		},
	};
}

static void count_outcome(const struct outcome *outcome)
{
	uint64_t kills = 0;

	for (uint32_t i = 0; i < outcome->victims && i < OUTCOME_VICTIMS; i++)
		kills += outcome->victim[i].end != OUTCOME_VICTIM_REFUSED &&
			 outcome->victim[i].end != OUTCOME_VICTIM_SPARED;
	atomic_fetch_add(&report.totals.episodes, 1);
	atomic_fetch_add(&report.totals.kills, kills);
	atomic_fetch_add(&report.totals.handed_back, outcome->kind == OUTCOME_HANDED_BACK ||
							     outcome->kind == OUTCOME_UNRESOLVED);
}

/* Out of the ring only when it is kept: a crash before that leaves it to the next supervisor. */
static void send_outcome(struct ring *ring, const struct outcome *outcome)
{
	static struct message message; /* the thread's own; large */
	const struct outcome_context context = context_of(outcome);

	count_outcome(outcome);
	keep_outcome(outcome, &context);
	ring_release(ring);
	outcome_message(outcome, &context, &message);
	message_send(&message); /* last: this sink may be stuck */
}

static void send_outcomes(void)
{
	static struct outcome outcome; /* a copy: what another process may write is read once */
	struct outcomes *outcomes = report.tables->outcomes;
	uint32_t index;

	while (atomic_load(&report.named) && ring_peek(&outcomes->ring, OUTCOME_RECORDS, &index)) {
		outcome = outcomes->records[index];
		/* Whatever another process wrote, a name ends. */
		outcome.policy[POLICY_NAME_SIZE - 1] = '\0';
		atomic_store(&report.page_faults, outcome.page_faults);
		send_outcome(&outcomes->ring, &outcome);
	}
}

static void wait_for_work(void)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += FALLBACK_SEC;
	pthread_mutex_lock(&report.lock);
	if (!report.kicked && report.count == 0)
		(void)pthread_cond_timedwait(&report.wake, &report.lock, &until);
	report.kicked = false;
	pthread_mutex_unlock(&report.lock);
}

static void *report_run(void *unused)
{
	(void)unused;
	(void)pthread_setname_np(pthread_self(), "reporter"); /* a name is only for people */
	for (;;) {
		send_outcomes();
		send_events();
		wait_for_work();
	}
	return NULL;
}

int report_start(const struct tables *tables, struct groups *groups, const char *state_dir)
{
	pthread_condattr_t monotonic;
	pthread_t thread;
	int ret;

	if (report.started)
		return -EALREADY;
	report.tables = tables;
	report.groups = groups;
	report.state_dir = memory_copy_text(state_dir);
	recent_load(state_dir);
	/* None of these fails with these arguments (pthread_condattr_setclock(3p)). */
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&report.wake, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	ret = pthread_create(&thread, NULL, report_run, NULL);
	if (ret != 0)
		return -ret;
	(void)pthread_detach(thread); /* it ends with the program */
	report.started = true;
	return 0;
}

void report_event(enum report_event_kind kind, const char *format, ...)
{
	struct event event = { .kind = kind };
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(event.text, sizeof(event.text), format, arguments);
	va_end(arguments);
	pthread_mutex_lock(&report.lock);
	if (report.count < QUEUE_EVENTS)
		report.queue[(report.first + report.count++) % QUEUE_EVENTS] = event;
	else
		report.dropped++;
	if (report.started)
		(void)pthread_cond_signal(&report.wake);
	pthread_mutex_unlock(&report.lock);
}

void report_set_history_size(struct bytes size)
{
	atomic_store(&report.history_size, size.count);
}

void report_outcomes(void)
{
	atomic_store(&report.named, true);
	report_kick();
}

struct report_totals report_totals(void)
{
	return (struct report_totals){
		.episodes = atomic_load(&report.totals.episodes),
		.kills = atomic_load(&report.totals.kills),
		.handed_back = atomic_load(&report.totals.handed_back),
	};
}

void report_kick(void)
{
	pthread_mutex_lock(&report.lock);
	report.kicked = true;
	if (report.started)
		(void)pthread_cond_signal(&report.wake);
	pthread_mutex_unlock(&report.lock);
}

struct json_object *report_recent(void)
{
	return recent_list();
}

uint64_t report_page_faults(void)
{
	return atomic_load(&report.page_faults);
}
