/* See program.h. */
#include "ctl/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"

#define OUTPUT_MAX BYTES_PER_MIB

int program_find(const char *name, char ret_path[static PATH_MAX])
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (length < 0)
		return -errno;
	path[length] = '\0';
	slash = strrchr(path, '/');
	if (slash &&
	    snprintf(slash + 1, sizeof(path) - (size_t)(slash + 1 - path), "%s", name) <
		    (int)(sizeof(path) - (size_t)(slash + 1 - path)) &&
	    access(path, X_OK) == 0) {
		memcpy(ret_path, path, sizeof(path));
		return 0;
	}
	if (snprintf(path, sizeof(path), LIBEXECDIR "/%s", name) >= (int)sizeof(path) ||
	    access(path, X_OK) < 0)
		return -ENOENT;
	memcpy(ret_path, path, sizeof(path));
	return 0;
}

/* The child's side: never returns. */
static __attribute__((noreturn)) void run(char *const *arguments, int output)
{
	if (dup2(output, STDOUT_FILENO) >= 0)
		execv(arguments[0], arguments);
	_exit(127);
}

static int collect(int fd, struct nsec deadline, char *text)
{
	size_t used = 0;

	for (;;) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		uint64_t left = nsec_between(clock_now(), deadline).count / NSEC_PER_MSEC;
		ssize_t out;
		int ready = poll(&wait, 1, (int)left);

		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready == 0)
			return -ETIMEDOUT;
		out = ready < 0 ? -1 : read(fd, text + used, OUTPUT_MAX - used);
		if (out < 0 && errno != EINTR)
			return -errno;
		if (out == 0)
			break;
		used += out > 0 ? (size_t)out : 0;
		if (used == OUTPUT_MAX)
			return -EFBIG;
	}
	text[used] = '\0';
	return 0;
}

static int read_child(pid_t pid, int fd, struct nsec patience, char *text, int *ret_status)
{
	int ret = collect(fd, nsec_after(clock_now(), patience), text);

	if (ret < 0)
		(void)kill(pid, SIGKILL); /* our own unreaped child: it cannot fail */
	while (waitpid(pid, ret_status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return ret;
}

int program_read(char *const *arguments, struct nsec patience, char **ret_text, int *ret_status)
{
	char *text = malloc(OUTPUT_MAX + 1);
	int pipes[2] = { -1, -1 };
	int ret = text ? 0 : -ENOMEM;
	pid_t pid;

	if (ret == 0 && pipe2(pipes, O_CLOEXEC) < 0)
		ret = -errno;
	if (ret == 0) {
		pid = fork();
		if (pid == 0)
			run(arguments, pipes[1]);
		io_close(&pipes[1]);
		ret = pid < 0 ? -errno : read_child(pid, pipes[0], patience, text, ret_status);
	}
	io_close(&pipes[0]);
	io_close(&pipes[1]);
	if (ret < 0) {
		free(text);
		return ret;
	}
	*ret_text = text;
	return 0;
}
