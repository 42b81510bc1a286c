/* See spawn.h. */
#include "guardian/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "guardian/pin.h"
#include "guardian/say.h"
#include "shared/inherit.h"

#define EXIT_NO_EXEC 127 /* as shells say it */

static int find_in(const char *directory, int length, const char *name,
		   char ret_program[static PATH_MAX])
{
	char path[PATH_MAX];
	int out = snprintf(path, sizeof(path), "%.*s/%s", length, directory, name);

	if (out < 0 || out >= PATH_MAX || access(path, X_OK) < 0)
		return -ENOENT;
	memcpy(ret_program, path, (size_t)out + 1);
	return 0;
}

int spawn_find(const char *name, char ret_program[static PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (length > 0) {
		const char *slash;

		self[length] = '\0';
		slash = strrchr(self, '/');
		if (slash && find_in(self, (int)(slash - self), name, ret_program) == 0)
			return 0;
	}
	return find_in(LIBEXECDIR, (int)strlen(LIBEXECDIR), name, ret_program);
}

int spawn_lift(int *fd)
{
	int out = fcntl(*fd, F_DUPFD_CLOEXEC, INHERIT_END);

	if (out < 0)
		return -errno;
	io_close(fd);
	*fd = out;
	return 0;
}

/* Ignored and blocked signals survive an exec. */
static void signals_reset(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		(void)signal(number, SIG_DFL); /* refused for SIGKILL, SIGSTOP and libc's own */
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL); /* cannot fail with these arguments */
}

static void child_run(const struct spawn *spawn) __attribute__((noreturn));
static void child_run(const struct spawn *spawn)
{
	signals_reset();
	if (spawn->ordinary)
		pin_leave();
	for (size_t i = 0; i < spawn->fd_count; i++)
		if (spawn->fds[i].from >= 0 && dup2(spawn->fds[i].from, spawn->fds[i].to) < 0)
			_exit(EXIT_NO_EXEC);
	execv(spawn->program, spawn->argv);
	say_line(SAY_ERROR, "cannot execute %s: %s", spawn->program, strerror(errno));
	_exit(EXIT_NO_EXEC);
}

int spawn_start(const struct spawn *spawn, pid_t *ret_pid, int *ret_pidfd)
{
	pid_t pid = fork();
	int pidfd;

	if (pid < 0)
		return -errno;
	if (pid == 0)
		child_run(spawn);
	pidfd = pidfd_open(pid, 0);
	if (pidfd < 0) {
		int ret = -errno;

		/* Unwatched it must not live; it is our child, so the pid cannot have been reused. */
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		return ret;
	}
	*ret_pid = pid;
	*ret_pidfd = pidfd;
	return 0;
}
