/* See watch.h. Works on v1 directories because mkdir, rmdir and rename go through the VFS (6.1, 6.18). */
#include "supervisor/watch.h"

#include <errno.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

#define WATCH_MASK                                                                                 \
	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_ONLYDIR)
#define WATCH_BUFFER (16 * 1024) /* some hundred events; the rest is read in the next turn */

int watch_open(void)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int watch_add(int inotify, int directory)
{
	char path[sizeof("/proc/self/fd/") + 12];
	int watch;

	/* By descriptor: the path may have come to mean another group meanwhile. */
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", directory);
	watch = inotify_add_watch(inotify, path, WATCH_MASK);
	return watch < 0 ? -errno : watch;
}

static enum watch_event event_kind(uint32_t mask)
{
	if (mask & IN_Q_OVERFLOW)
		return WATCH_OVERFLOW;
	return mask & (IN_IGNORED | IN_DELETE_SELF) ? WATCH_ENDED : WATCH_CHANGED;
}

int watch_read(int inotify, watch_notify *notify, void *context)
{
	_Alignas(struct inotify_event) char buffer[WATCH_BUFFER];
	ssize_t length = read(inotify, buffer, sizeof(buffer));

	if (length < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	for (ssize_t at = 0; at < length;) {
		const struct inotify_event *event = (const void *)(buffer + at);

		notify(context, event_kind(event->mask), event->wd);
		at += (ssize_t)(sizeof(*event) + event->len);
	}
	return 0;
}
