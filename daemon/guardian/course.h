/*
 * The course of the daemon's life: both children started and started again, the fence when the handler
 * goes, and the stop, in which everything is put back as it was found. A state machine: course_advance()
 * does what is due and returns; events come in through the other functions.
 */
#pragma once

#include "guardian/child.h"
#include "guardian/estate.h"
#include "guardian/fence.h"
#include "guardian/watch.h"

enum course_phase {
	COURSE_SERVING,
	COURSE_STOP_TERM, /* the supervisor was asked to end */
	COURSE_STOP_KILL, /* it was made to */
	COURSE_STOP_FENCE, /* everything is put back */
	COURSE_DONE,
};

/* What a descriptor in the epoll set stands for. */
enum course_source {
	COURSE_SOURCE_TICK,
	COURSE_SOURCE_SIGNAL,
	COURSE_SOURCE_SOCKET,
	COURSE_SOURCE_HANDLER,
	COURSE_SOURCE_SUPERVISOR,
};

/* Owner of everything in it; lives as long as the process. */
struct course {
	enum course_phase phase;
	int exit_code;
	struct nsec stop_due; /* of the two first phases of a stop */
	struct nsec walk_due; /* below held groups, while no supervisor is awake */
	int epoll;
	struct estate estate;
	struct tables tables;
	struct held held;
	struct watch watch;
	struct fence fence;
	struct child handler;
	struct child supervisor;
};

/* Watch @fd for input as @source. Errors: the negative errno of epoll_ctl. */
int course_add_source(struct course *course, int fd, enum course_source source);

/* Begin to stop; the first @exit_code counts. */
void course_stop(struct course *course, int exit_code);

/* A pidfd was readable. */
void course_handler_gone(struct course *course);
void course_supervisor_gone(struct course *course);

/* One tick of the watch: judge, and act on the verdict. */
void course_tick(struct course *course, bool on_time);

/* Whatever is due by now. */
void course_advance(struct course *course);

/* How long nothing can become due, in milliseconds for epoll_wait. */
int course_timeout_msec(const struct course *course);
