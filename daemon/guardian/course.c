/* See course.h. */
#include "guardian/course.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "base/exit_code.h"
#include "base/io.h"
#include "guardian/release.h"
#include "guardian/say.h"

#define STOP_MSEC 1000 /* for the supervisor after SIGTERM, and again after SIGKILL */
#define WALK_MSEC 1000

/* A process without the memory to watch a descriptor cannot do its work: pid 1 takes over. */
int course_add_source(struct course *course, int fd, enum course_source source)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = source };

	return epoll_ctl(course->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static void child_watch(struct course *course, struct child *child, enum course_source source)
{
	int ret = child->pid ? course_add_source(course, child->pidfd, source) : 0;

	if (ret == 0)
		return;
	say_line(SAY_ERROR, "cannot watch the %s: %s", child->name, strerror(-ret));
	child_signal(child, SIGKILL);
	(void)child_reap(child); /* its death is told below */
	child_back_off(child);
}

static void handler_start(struct course *course)
{
	course->tables.pulse->handler_generation++;
	watch_handler_started(&course->watch, course->tables.pulse);
	child_start(&course->handler);
	child_watch(course, &course->handler, COURSE_SOURCE_HANDLER);
}

static void supervisor_start(struct course *course)
{
	course->tables.pulse->supervisor_generation++;
	watch_supervisor_started(&course->watch, course->tables.pulse);
	child_start(&course->supervisor);
	child_watch(course, &course->supervisor, COURSE_SOURCE_SUPERVISOR);
}

void course_stop(struct course *course, int exit_code)
{
	if (course->phase != COURSE_SERVING)
		return;
	course->phase = COURSE_STOP_TERM;
	course->exit_code = exit_code;
	course->stop_due = nsec_after(clock_now(), nsec_from_msec(STOP_MSEC));
	course->tables.pulse->supervisor_up = 0;
	child_signal(&course->supervisor, SIGTERM);
}

void course_handler_gone(struct course *course)
{
	int status = child_reap(&course->handler);

	if (course->fence.phase != FENCE_OFF) {
		fence_handler_gone(&course->fence);
		return;
	}
	say_line(SAY_ERROR, "the handler died (status %d): all groups are handed back", status);
	fence_begin(&course->fence, -1, UNDO_HAND_BACK);
}

/* Statuses that no restart mends; what it is, the supervisor has said. */
static bool status_is_final(const struct course *course, int status)
{
	const struct pulse *pulse = course->tables.pulse;

	/* Once one has served, its successors are tried again: groups may be in the middle of things. */
	if (pulse->supervisor_ready)
		return false;
	return status == EXIT_CODE_USAGE || status == EXIT_CODE_CONFIG ||
	       status == EXIT_CODE_KERNEL ||
	       (status == EXIT_CODE_FAILURE && pulse->supervisor_generation == 1);
}

void course_supervisor_gone(struct course *course)
{
	int status = child_reap(&course->supervisor);

	course->tables.pulse->supervisor_up = 0;
	if (course->phase != COURSE_SERVING)
		return;
	if (status_is_final(course, status)) {
		course_stop(course, status);
		return;
	}
	child_back_off(&course->supervisor);
	course->walk_due = clock_now();
	say_line(SAY_WARNING, "the supervisor died (status %d): nothing new is armed", status);
}

static void tick_handler(struct course *course, bool on_time)
{
	enum watch_verdict verdict;

	if (course->fence.phase != FENCE_OFF || course->handler.pid == 0)
		return;
	verdict = watch_handler(&course->watch, course->tables.pulse, on_time);
	if (verdict == WATCH_ASK)
		(void)io_signal_event(course->estate.wake_handler); /* a full counter wakes, too */
	if (verdict != WATCH_SILENT)
		return;
	say_line(SAY_ERROR, "the handler is silent: all groups are handed back");
	fence_begin(&course->fence, course->handler.pidfd, UNDO_HAND_BACK);
}

/* Without a supervisor that is awake nobody else would see a child that inherits the switch now. */
static void walk_children(struct course *course)
{
	struct walk_gaps gaps;
	uint32_t found;

	if (!nsec_reached(clock_now(), course->walk_due))
		return;
	held_recall(&course->held, &course->tables);
	found = undo_walk(&course->held, UNDO_RESTORE, &gaps);
	if (found > 0)
		say_line(SAY_INFO, "%u new group(s) had inherited the switch", found);
	course->walk_due = nsec_after(clock_now(), nsec_from_msec(WALK_MSEC));
}

static void tick_supervisor(struct course *course, bool on_time)
{
	if (course->phase != COURSE_SERVING || course->supervisor.pid == 0 ||
	    course->supervisor.doomed)
		return;
	switch (watch_supervisor(&course->watch, course->tables.pulse, on_time)) {
	case WATCH_FINE:
		course->tables.pulse->supervisor_up = 1;
		return;
	case WATCH_ASK:
		return;
	case WATCH_DOUBT:
		walk_children(course);
		return;
	case WATCH_SILENT:
		course->tables.pulse->supervisor_up = 0;
		say_line(SAY_WARNING, "the supervisor is silent: it is started again");
		child_signal(&course->supervisor, SIGKILL);
		return;
	}
}

void course_tick(struct course *course, bool on_time)
{
	uint32_t overdue;

	course->tables.pulse->guardian_beat++;
	watch_look(&course->watch, &course->held);
	tick_handler(course, on_time);
	tick_supervisor(course, on_time);
	overdue = watch_overdue(&course->held, &course->tables, on_time);
	if (overdue > 0)
		say_line(SAY_WARNING, "%u group(s) past the deadline: handed back", overdue);
}

static void advance_walk(struct course *course)
{
	if (course->supervisor.pid == 0)
		walk_children(course);
}

static void advance_serving(struct course *course, struct nsec now)
{
	struct child *handler = &course->handler, *supervisor = &course->supervisor;

	if (handler->pid == 0 && course->fence.phase == FENCE_OFF &&
	    nsec_reached(now, handler->restart_at))
		handler_start(course);
	if (supervisor->pid == 0 && nsec_reached(now, supervisor->restart_at))
		supervisor_start(course);
	advance_walk(course);
}

static void finish(struct course *course)
{
	uint32_t failed = release_all(&course->held, &course->tables);

	if (failed > 0) {
		say_line(SAY_ERROR, "stopped; %u group(s) could not be undone", failed);
		course->exit_code = course->exit_code ? course->exit_code : EXIT_CODE_FAILURE;
	}
	course->phase = COURSE_DONE;
}

/* A fence that is under way goes first: it ends within seconds. */
static void advance_stop(struct course *course, struct nsec now)
{
	if (course->phase == COURSE_STOP_TERM && course->supervisor.pid != 0 &&
	    nsec_reached(now, course->stop_due)) {
		child_signal(&course->supervisor, SIGKILL);
		course->phase = COURSE_STOP_KILL;
		course->stop_due = nsec_after(now, nsec_from_msec(STOP_MSEC));
	}
	if (course->fence.phase != FENCE_OFF)
		return;
	if (course->phase == COURSE_STOP_FENCE) {
		finish(course);
	} else if (course->supervisor.pid == 0 ||
		   (course->phase == COURSE_STOP_KILL && nsec_reached(now, course->stop_due))) {
		course->phase = COURSE_STOP_FENCE;
		fence_begin(&course->fence, course->handler.pidfd, UNDO_RESTORE);
	}
}

void course_advance(struct course *course)
{
	struct nsec now = clock_now();

	if (course->fence.phase != FENCE_OFF && fence_continue(&course->fence))
		child_back_off(&course->handler);
	if (course->phase == COURSE_SERVING)
		advance_serving(course, now);
	else
		advance_stop(course, now);
}

static void earliest(struct nsec *due, struct nsec candidate)
{
	if (candidate.count < due->count)
		*due = candidate;
}

int course_timeout_msec(const struct course *course)
{
	struct nsec now = clock_now(), due = nsec_after(now, nsec_from_msec(WATCH_TICK_MSEC));

	if (course->fence.phase != FENCE_OFF)
		earliest(&due, fence_due(&course->fence));
	else if (course->phase == COURSE_SERVING && course->handler.pid == 0)
		earliest(&due, course->handler.restart_at);
	if (course->phase == COURSE_SERVING && course->supervisor.pid == 0)
		earliest(&due, course->supervisor.restart_at);
	if (course->phase == COURSE_STOP_TERM || course->phase == COURSE_STOP_KILL)
		earliest(&due, course->stop_due);
	/* Rounded up: woken a little before its time it would spin until then. */
	return (int)((nsec_between(now, due).count + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC);
}
