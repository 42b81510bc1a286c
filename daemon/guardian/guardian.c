/*
 * oomhandlerd, the main process: starts handler and supervisor, watches them, gives groups back to the
 * kernel's killer when one of them fails, and does nothing else. It parses no configuration and reads no
 * file of a process it guards against; it links libc alone.
 *
 * One thread, one epoll loop. Nothing waits: what takes time is a deadline of a state machine (course,
 * fence, undo), looked at after every wake.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/exit_code.h"
#include "base/hold.h"
#include "base/io.h"
#include "guardian/course.h"
#include "guardian/hand_back.h"
#include "guardian/pin.h"
#include "guardian/runtime.h"
#include "guardian/say.h"
#include "guardian/thaw.h"
#include "settings/command_line.h"

#define MESSAGES_MAX 64 /* per wake, so that a flood does not hold up the tick */
#define EVENTS_MAX 8
#define NAME "oom-guardian" /* so that nobody's pkill oomhandlerd hits all parts at once */
#define HANDLER_PROGRAM "oomhandlerd-handler"
#define SUPERVISOR_PROGRAM "oomhandlerd-supervisor"

struct guardian {
	struct course course;
	int tick;
	int signals;
	struct spawn_fd handler_fds[INHERIT_END];
	struct spawn_fd supervisor_fds[INHERIT_END];
};

static int group_take(struct course *course, const struct wire *wire, int *fds, size_t count)
{
	int ret = held_take(&course->held, wire, fds, count);

	if (ret == 0)
		course->tables.pulse->guardian_held[wire->slot] = wire->generation;
	return ret;
}

static int freezer_take(struct course *course, const struct wire *wire, int *fds, size_t count)
{
	int none = -1;

	if (count > 1)
		return -EPROTO;
	return held_take_freezer(&course->held, &course->tables, wire, count ? &fds[0] : &none);
}

/* Frozen to the last by a handler that cannot thaw it any more: then nobody after us could. */
static int group_drop(struct course *course, const struct wire *wire)
{
	struct held *held = &course->held;
	uint32_t slot = wire->slot;

	if (slot < held->used && held->group[slot].generation == wire->generation) {
		held_recall_group(held, &course->tables, slot);
		(void)thaw_group(&held->group[slot]);
	}
	if (held_drop(held, slot, wire->generation))
		course->tables.pulse->guardian_held[slot] = 0;
	return 0;
}

static void message_take(struct course *course, const struct wire *wire, int *fds, size_t count)
{
	int ret = -EPROTO;

	if (wire->kind == WIRE_GROUP)
		ret = group_take(course, wire, fds, count);
	else if (wire->kind == WIRE_GROUP_FREEZER)
		ret = freezer_take(course, wire, fds, count);
	else if (wire->kind == WIRE_GROUP_GONE)
		ret = group_drop(course, wire);
	for (size_t i = 0; i < count; i++)
		io_close(&fds[i]); /* what nobody took */
	if (ret < 0)
		say_line(SAY_WARNING, "bad message from the supervisor: %s", strerror(-ret));
}

static void socket_read(struct course *course)
{
	bool any = false;

	for (int i = 0; i < MESSAGES_MAX; i++) {
		int fds[WIRE_FDS];
		struct wire wire;
		size_t count;
		int ret = wire_receive(course->estate.guardian_socket[ESTATE_RECEIVER], &wire, fds,
				       &count);

		if (ret == -EPROTO)
			say_line(SAY_WARNING, "a message from the supervisor is not one of ours");
		if (ret == -EPROTO)
			continue;
		if (ret < 0)
			break;
		message_take(course, &wire, fds, count);
		any = true;
	}
	if (any) /* a full counter is a wake as well */
		(void)io_signal_event(course->estate.wake_supervisor);
}

static void signal_read(struct course *course, int signals)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP)
		child_signal(&course->supervisor, SIGHUP);
	else
		course_stop(course, EXIT_CODE_OK);
}

static void tick_read(struct course *course, int tick)
{
	uint64_t expirations;

	if (read(tick, &expirations, sizeof(expirations)) == sizeof(expirations))
		course_tick(course, expirations == 1);
}

static void dispatch(struct guardian *guardian, enum course_source source)
{
	struct course *course = &guardian->course;

	switch (source) {
	case COURSE_SOURCE_TICK:
		tick_read(course, guardian->tick);
		return;
	case COURSE_SOURCE_SIGNAL:
		signal_read(course, guardian->signals);
		return;
	case COURSE_SOURCE_SOCKET:
		socket_read(course);
		return;
	case COURSE_SOURCE_HANDLER:
		course_handler_gone(course);
		return;
	case COURSE_SOURCE_SUPERVISOR:
		course_supervisor_gone(course);
		return;
	}
}

static void loop(struct guardian *guardian)
{
	struct course *course = &guardian->course;

	while (course->phase != COURSE_DONE) {
		struct epoll_event events[EVENTS_MAX];
		int count =
			epoll_wait(course->epoll, events, EVENTS_MAX, course_timeout_msec(course));

		course->tables.pulse->guardian.wakeups++;
		for (int i = 0; i < count; i++)
			dispatch(guardian, events[i].data.u32);
		course_advance(course);
	}
}

/* Four descriptors per group, and the children inherit the limit. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit); /* up to the hard limit is always allowed */
}

/* SIGCHLD at its default, because a caller's SIG_IGN would reap our children unseen. */
static int signals_open(int *ret_fd)
{
	sigset_t set;

	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN); /* a closed stderr is no reason to die */
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_SETMASK, &set, NULL) < 0)
		return -errno;
	*ret_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return *ret_fd < 0 ? -errno : 0;
}

static int tick_open(int *ret_fd)
{
	const struct timespec period = { .tv_nsec = WATCH_TICK_MSEC * (long)NSEC_PER_MSEC };
	const struct itimerspec timer = { .it_interval = period, .it_value = period };

	*ret_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (*ret_fd < 0 || timerfd_settime(*ret_fd, 0, &timer, NULL) < 0)
		return -errno;
	return 0;
}

static int sources_open(struct guardian *guardian)
{
	struct course *course = &guardian->course;
	int ret;

	course->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (course->epoll < 0)
		return -errno;
	ret = signals_open(&guardian->signals);
	if (ret == 0)
		ret = tick_open(&guardian->tick);
	if (ret == 0)
		ret = course_add_source(course, guardian->signals, COURSE_SOURCE_SIGNAL);
	if (ret == 0)
		ret = course_add_source(course, guardian->tick, COURSE_SOURCE_TICK);
	if (ret == 0)
		ret = course_add_source(course, course->estate.guardian_socket[ESTATE_RECEIVER],
					COURSE_SOURCE_SOCKET);
	return ret;
}

static int child_prepare(struct child *child, const char *name, const char *program, char **argv)
{
	int ret;

	child->name = name;
	child->pidfd = -1;
	child->spawn.argv = argv;
	child->spawn.fd_count = INHERIT_END;
	ret = spawn_find(program, child->spawn.program);
	if (ret < 0)
		say_line(SAY_ERROR, "cannot find %s", program);
	return ret;
}

/* The supervisor reads the same command line. */
static int children_prepare(struct guardian *guardian, char **argv)
{
	static char handler_name[] = HANDLER_PROGRAM, supervisor_name[] = SUPERVISOR_PROGRAM;
	static char *handler_argv[] = { handler_name, NULL };
	struct course *course = &guardian->course;
	int ret = child_prepare(&course->handler, "handler", HANDLER_PROGRAM, handler_argv);

	argv[0] = supervisor_name;
	if (ret == 0)
		ret = child_prepare(&course->supervisor, "supervisor", SUPERVISOR_PROGRAM, argv);
	course->supervisor.spawn.ordinary = true;
	estate_for_handler(&course->estate, guardian->handler_fds);
	estate_for_supervisor(&course->estate, guardian->supervisor_fds);
	course->handler.spawn.fds = guardian->handler_fds;
	course->supervisor.spawn.fds = guardian->supervisor_fds;
	return ret;
}

/* Return: 0, or a negative errno that has been said. */
static int set_up(struct guardian *guardian, const char *runtime_dir, char **argv)
{
	const struct tables_access access = { .ledger = true };
	struct course *course = &guardian->course;
	int ret = runtime_open(runtime_dir, &course->fence.lock);

	if (ret < 0)
		return ret;
	raise_descriptor_limit();
	ret = estate_create(&course->estate);
	if (ret == 0)
		ret = tables_map(course->estate.tables, access, &course->tables);
	if (ret == 0)
		ret = sources_open(guardian);
	if (ret < 0) {
		say_line(SAY_ERROR, "cannot start: %s", strerror(-ret));
		return ret;
	}
	held_init(&course->held);
	course->fence.held = &course->held;
	course->fence.tables = &course->tables;
	return children_prepare(guardian, argv);
}

static int run(const struct command_line *line, char **argv)
{
	static struct guardian guardian;

	(void)prctl(PR_SET_NAME, NAME); /* a label; nothing depends on it */
	if (set_up(&guardian, line->runtime_dir, argv) < 0)
		return EXIT_CODE_FAILURE;
	pin_self(&guardian.course.tables.pulse->guardian);
	loop(&guardian);
	return guardian.course.exit_code;
}

int main(int argc, char **argv)
{
	struct command_line line;

	hold_init();
	if (command_line_parse(COMMAND_LINE_GUARDIAN, argc, argv, &line) < 0)
		return EXIT_CODE_USAGE;
	switch (line.action) {
	case COMMAND_LINE_RUN:
		return run(&line, argv);
	case COMMAND_LINE_HAND_BACK:
		raise_descriptor_limit();
		return hand_back_run(line.dry_run);
	case COMMAND_LINE_HELP:
		command_line_print_help(COMMAND_LINE_GUARDIAN);
		return EXIT_CODE_OK;
	case COMMAND_LINE_VERSION:
		command_line_print_version(COMMAND_LINE_GUARDIAN);
		return EXIT_CODE_OK;
	case COMMAND_LINE_PROBE:
	case COMMAND_LINE_READ_PROCESSES:
		break; /* the supervisor's; the parser refuses it here */
	}
	return EXIT_CODE_USAGE;
}
