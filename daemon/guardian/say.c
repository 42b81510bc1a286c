/* See say.h. */
#include "guardian/say.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAY_SIZE 512

/* JOURNAL_STREAM names the socket by device and inode: stderr may have been redirected since. */
static bool journal_reads(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device &&
	       status.st_ino == inode;
}

/* A pipe or a terminal that polls writable takes a line shorter than a page without waiting. */
static void write_now(const char *text, size_t length)
{
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };

	if (send(STDERR_FILENO, text, length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 ||
	    errno != ENOTSOCK)
		return;
	if (poll(&out, 1, 0) == 1 && (out.revents & POLLOUT) &&
	    write(STDERR_FILENO, text, length) < 0)
		return; /* nobody to tell */
}

void say_line(enum say_level level, const char *format, ...)
{
	char text[SAY_SIZE];
	int start = journal_reads() ? snprintf(text, sizeof(text), "<%d>", level)
				    : snprintf(text, sizeof(text), "oomhandlerd: ");
	size_t length;
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text + start, sizeof(text) - (size_t)start - 1, format, arguments);
	va_end(arguments);
	length = strlen(text);
	text[length++] = '\n';
	write_now(text, length);
}
