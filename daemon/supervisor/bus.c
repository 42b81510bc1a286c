/* See bus.h. */
#include "supervisor/bus.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/io.h"
#include "shared/bus.h"
#include "supervisor/supervisor.h"

#define BACKLOG 32
#define SOCKET_MODE 0666
#define ACCEPT_WINDOW_USEC 1000000 /* of a client that comes again and again, or descriptors gone */
#define ACCEPT_BURST 200
#define ACCEPT_MAX 64 /* in one turn: the whole queue */

static struct connection *place_find(struct bus *bus, uid_t uid)
{
	struct connection *free_place = NULL;
	unsigned int strangers = 0;

	for (size_t i = 0; i < BUS_CONNECTIONS; i++) {
		struct connection *place = &bus->connections[i];

		if (!place->supervisor)
			free_place = place;
		else
			strangers += place->uid != 0;
	}
	return uid != 0 && strangers >= BUS_STRANGERS ? NULL : free_place;
}

static void serve_client(struct bus *bus, int fd)
{
	struct connection *place = NULL;
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0)
		place = place_find(bus, peer.uid);
	if (!place)
		io_close(&fd); /* too many: it sees the end, and may try again */
	else
		(void)connection_open(place, bus->supervisor, fd, peer.uid); /* closed, as above */
}

/* All at once: those that are refused do not stay in the queue, in front of root. */
static int on_connect(sd_event_source *source, int listener, uint32_t events, void *context)
{
	struct bus *bus = context;

	(void)source;
	(void)events;
	for (int i = 0; i < ACCEPT_MAX; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0)
			break; /* no more, or out of descriptors: then they wait in the queue */
		serve_client(bus, fd);
	}
	return 0;
}

/* Through the directory's descriptor: a socket's address has room for 107 bytes, a path has more. */
static int socket_bind(int listener, const char *directory)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int folder = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int ret = 0;

	if (folder < 0)
		return -errno;
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/" BUS_SOCKET,
		       folder);
	if (unlinkat(folder, BUS_SOCKET, 0) < 0 && errno != ENOENT)
		ret = -errno;
	if (ret == 0 && bind(listener, (const struct sockaddr *)&address, sizeof(address)) < 0)
		ret = -errno;
	/* The umask of whoever started us does not decide who may ask. */
	if (ret == 0 && fchmodat(folder, BUS_SOCKET, SOCKET_MODE, 0) < 0)
		ret = -errno;
	if (ret == 0 && listen(listener, BACKLOG) < 0)
		ret = -errno;
	io_close(&folder);
	return ret;
}

static int listener_add(struct bus *bus)
{
	sd_event_source *source = NULL;
	int ret = sd_event_add_io(bus->supervisor->event, &source, bus->listener, EPOLLIN,
				  on_connect, bus);

	if (ret >= 0)
		ret = sd_event_source_set_priority(source, SD_EVENT_PRIORITY_IDLE);
	if (ret >= 0)
		ret = sd_event_source_set_ratelimit(source, ACCEPT_WINDOW_USEC, ACCEPT_BURST);
	if (ret >= 0)
		ret = sd_event_source_set_floating(source, true);
	sd_event_source_unref(source);
	return ret < 0 ? ret : 0;
}

int bus_open(struct bus *bus, struct supervisor *supervisor)
{
	int ret;

	bus->supervisor = supervisor;
	bus->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ret = bus->listener < 0 ? -errno : socket_bind(bus->listener, supervisor->line.runtime_dir);
	if (ret == 0)
		ret = listener_add(bus);
	if (ret < 0)
		io_close(&bus->listener);
	return ret;
}
