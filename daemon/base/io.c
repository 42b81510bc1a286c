/* Thin wrappers: one system call each, errors turned into -errno at the call. */
#include "base/io.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int io_read_at_start(int fd, char *text, size_t size)
{
	ssize_t out;

	do
		out = pread(fd, text, size - 1, 0);
	while (out < 0 && errno == EINTR);
	if (out < 0)
		return -errno;
	text[out] = '\0';
	return (int)out;
}

int io_write_at_start(int fd, const char *text)
{
	size_t length = strlen(text);
	ssize_t out;

	do
		out = pwrite(fd, text, length, 0);
	while (out < 0 && errno == EINTR);
	if (out < 0)
		return -errno;
	return (size_t)out == length ? 0 : -EIO;
}

int io_signal_event(int fd)
{
	const uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		return -errno;
	return 0;
}

int io_drain_event(int fd)
{
	uint64_t count;

	return read(fd, &count, sizeof(count)) < 0 ? -errno : 0;
}

void io_close(int *fd)
{
	/* The result says nothing we could act on: the descriptor is gone in either case (close(2)). */
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}
