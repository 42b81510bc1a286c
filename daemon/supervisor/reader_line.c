/* See reader_line.h. */
#include "supervisor/reader_line.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "supervisor/report.h"

#define ANSWER_MSEC 1000
#define START_MSEC 10000 /* executing a program that has been evicted, on a host short of memory */
#define BACK_OFF_FIRST_MSEC 100
#define BACK_OFF_MAX_MSEC 30000
#define EXIT_NO_EXEC 127 /* as shells say it */

void reader_line_init(struct reader_line *line, const char *program)
{
	*line = (struct reader_line){ .program = program, .socket = -1, .pidfd = -1 };
	for (int i = 0; i < READER_LINE_LOST; i++)
		line->lost[i] = -1;
}

/* Place for one more lost reader, -1 without one; takes leave of those that have died meanwhile. */
static int lost_room(struct reader_line *line)
{
	int room = -1;

	for (int i = 0; i < READER_LINE_LOST; i++) {
		siginfo_t info = { .si_pid = 0 };

		if (line->lost[i] >= 0 &&
		    (waitid(P_PIDFD, (id_t)line->lost[i], &info, WEXITED | WNOHANG) < 0 ||
		     info.si_pid != 0))
			io_close(&line->lost[i]);
		if (line->lost[i] < 0)
			room = i;
	}
	return room;
}

static void back_off(struct reader_line *line)
{
	struct nsec first = nsec_from_msec(BACK_OFF_FIRST_MSEC),
		    last = nsec_from_msec(BACK_OFF_MAX_MSEC);

	line->back_off.count *= 2;
	if (line->back_off.count < first.count)
		line->back_off = first;
	if (line->back_off.count > last.count)
		line->back_off = last;
	line->start_after = nsec_after(clock_now(), line->back_off);
}

static void tell_failure(struct reader_line *line, const char *why)
{
	if (!line->told)
		report_event(REPORT_WARNING,
			     "the process that reads command lines cannot be started (%s): rules "
			     "about exe: and cmdline:, and Order= by age, have less to go by",
			     why);
	line->told = true;
}

/* There is room for it: it would not have been started otherwise. */
static void reader_abandon(struct reader_line *line)
{
	if (!line->here)
		tell_failure(line, "it ended, or did not answer");
	(void)pidfd_send_signal(line->pidfd, SIGKILL, NULL, 0); /* ESRCH: it has ended by itself */
	line->lost[lost_room(line)] = line->pidfd;
	line->pidfd = -1;
	io_close(&line->socket);
	line->here = false;
	line->busy = false;
	back_off(line);
}

/*
 * The child of a thread of many: nothing but system calls. The signals that are blocked for the main
 * loop's sake stay so: a terminal's Ctrl-C is for the guardian.
 */
static void child_run(const struct reader_line *line, int socket) __attribute__((noreturn));
static void child_run(const struct reader_line *line, int socket)
{
	char name[] = "oomhandlerd-supervisor", option[] = "--read-processes";
	char *arguments[] = { name, option, NULL };

	(void)prctl(PR_SET_PDEATHSIG,
		    SIGKILL); /* without it the closed socket ends it, unless it hangs */
	(void)setpriority(PRIO_PROCESS, 0, 0); /* to be nicer is always allowed */
	if (dup2(socket, READER_SOCKET) < 0 || close_range(READER_SOCKET + 1, ~0U, 0) < 0)
		_exit(EXIT_NO_EXEC);
	(void)execv(line->program, arguments);
	_exit(EXIT_NO_EXEC);
}

/*
 * _Fork() takes no lock that another thread might hold, and unlike posix_spawn() does not wait until the
 * program has been executed, which may take as long as reading it from a slow disk.
 */
static int reader_fork(struct reader_line *line, int socket)
{
	pid_t pid = _Fork();

	if (pid < 0)
		return -errno;
	if (pid == 0)
		child_run(line, socket);
	line->pidfd = pidfd_open(pid, 0);
	if (line->pidfd >= 0)
		return 0;
	int ret = -errno;

	/* Unwatched it must not live; it is our child, so the number is still its own. */
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0); /* no signal of ours interrupts this thread */
	return ret;
}

static void reader_start(struct reader_line *line)
{
	int pair[2], ret;

	if (!nsec_reached(clock_now(), line->start_after) || lost_room(line) < 0)
		return;
	ret = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0 ? -errno : 0;
	if (ret == 0) {
		ret = reader_fork(line, pair[1]);
		io_close(&pair[1]);
		line->socket = pair[0];
	}
	line->deadline = nsec_after(clock_now(), nsec_from_msec(START_MSEC));
	if (ret == 0)
		return;
	io_close(&line->socket);
	tell_failure(line, strerror(-ret));
	back_off(line);
}

bool reader_line_ready(struct reader_line *line)
{
	if (line->socket < 0)
		reader_start(line);
	return line->here && !line->busy;
}

int reader_line_ask(struct reader_line *line, struct reader_request *request)
{
	request->number = ++line->number ? line->number : ++line->number;
	if (send(line->socket, request, sizeof(*request), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
		int ret = -errno;

		reader_abandon(line);
		return ret;
	}
	line->busy = true;
	line->deadline = nsec_after(clock_now(), nsec_from_msec(ANSWER_MSEC));
	return 0;
}

static enum reader_line_event answer_take(struct reader_line *line,
					  const struct reader_answer *answer)
{
	line->here = true;
	if (!line->busy || answer->number != line->number)
		return READER_LINE_QUIET; /* its first word */
	line->busy = false;
	line->told = false;
	line->back_off.count = 0;
	return READER_LINE_ANSWERED;
}

static enum reader_line_event answer_miss(struct reader_line *line)
{
	bool busy = line->busy;

	reader_abandon(line);
	return busy ? READER_LINE_FAILED : READER_LINE_QUIET;
}

enum reader_line_event reader_line_take(struct reader_line *line, struct reader_answer *ret_answer)
{
	ssize_t length;

	if (line->socket < 0)
		return READER_LINE_QUIET;
	length = recv(line->socket, ret_answer, sizeof(*ret_answer), MSG_DONTWAIT);
	if (length == (ssize_t)sizeof(*ret_answer))
		return answer_take(line, ret_answer);
	if (length < 0 && (errno == EAGAIN || errno == EINTR) &&
	    !nsec_reached(clock_now(), reader_line_deadline(line)))
		return READER_LINE_QUIET;
	return answer_miss(line);
}

struct nsec reader_line_deadline(const struct reader_line *line)
{
	bool waiting = line->socket >= 0 && (line->busy || !line->here);

	return waiting ? line->deadline : (struct nsec){ UINT64_MAX };
}
