/*
 * See connection.h. The library would read 128 MiB for a client that announces as much; so its turns are
 * ours: bytes are counted before it takes them, and whole messages start the count anew.
 */
#include "supervisor/connection.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include "base/io.h"
#include "base/units.h"
#include "shared/bus.h"
#include "supervisor/explain.h"

#define TURN_STEPS 8 /* of the library, which takes one message in each */
#define IDLE_USEC (CONNECTION_IDLE_MSEC * NSEC_PER_MSEC / NSEC_PER_USEC)
#define IDLE_ACCURACY_USEC 100000

void connection_close(struct connection *connection)
{
	explain_cancel(connection->explain);
	sd_bus_message_unref(connection->asked);
	sd_event_source_disable_unref(connection->io);
	sd_event_source_disable_unref(connection->idle);
	sd_event_source_disable_unref(connection->again);
	sd_bus_close_unref(connection->bus); /* answers not fetched yet are lost with it */
	*connection = (struct connection){ .supervisor = NULL };
}

static bool is_over(const struct connection *connection)
{
	uint64_t writes = 0;

	return sd_bus_is_open(connection->bus) <= 0 || connection->unfinished > CONNECTION_BYTES ||
	       connection->messages > CONNECTION_MESSAGES ||
	       sd_bus_get_n_queued_write(connection->bus, &writes) < 0 ||
	       writes > CONNECTION_WRITES;
}

static int events_update(struct connection *connection)
{
	int events = sd_bus_get_events(connection->bus);

	static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT, "the library speaks poll(2)");
	return events < 0 ? events
			  : sd_event_source_set_io_events(connection->io, (uint32_t)events);
}

/* Return: 1 when there is more to do. */
static int turn_take(struct connection *connection)
{
	int fd = sd_bus_get_fd(connection->bus), waiting = 0, ret = 1;

	for (int step = 0; step < TURN_STEPS && ret > 0; step++) {
		if (ioctl(fd, FIONREAD, &waiting) == 0)
			connection->unfinished += (size_t)waiting;
		ret = sd_bus_process(connection->bus, NULL);
		if (ret >= 0 && is_over(connection))
			ret = -ECONNRESET;
	}
	return ret;
}

static void turn(struct connection *connection)
{
	int ret = turn_take(connection);

	if (ret > 0)
		ret = sd_event_source_set_enabled(connection->again, SD_EVENT_ONESHOT);
	if (ret >= 0)
		ret = events_update(connection);
	/* Nobody is told: it is the client's own doing, or its end. */
	if (ret < 0)
		connection_close(connection);
}

void connection_flush(struct connection *connection)
{
	if (is_over(connection) || events_update(connection) < 0)
		connection_close(connection);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *context)
{
	(void)source;
	(void)fd;
	(void)events;
	turn(context);
	return 0;
}

static int on_again(sd_event_source *source, void *context)
{
	(void)source;
	turn(context);
	return 0;
}

static int on_idle(sd_event_source *source, uint64_t usec, void *context)
{
	(void)source;
	(void)usec;
	connection_close(context);
	return 0;
}

/* Called for each whole message, before it is looked at. Return: 0: it goes on to the methods. */
static int on_message(sd_bus_message *message, void *context, sd_bus_error *error)
{
	struct connection *connection = context;

	(void)message;
	(void)error;
	connection->unfinished = 0;
	connection->messages++;
	return sd_event_source_set_time_relative(connection->idle, IDLE_USEC);
}

static int sources_add(struct connection *connection)
{
	sd_event *event = connection->supervisor->event;
	int ret = sd_event_add_io(event, &connection->io, sd_bus_get_fd(connection->bus), EPOLLIN,
				  on_io, connection);

	if (ret >= 0)
		ret = sd_event_add_time_relative(event, &connection->idle, CLOCK_MONOTONIC,
						 IDLE_USEC, IDLE_ACCURACY_USEC, on_idle,
						 connection);
	if (ret >= 0)
		ret = sd_event_add_defer(event, &connection->again, on_again, connection);
	if (ret >= 0)
		ret = sd_event_source_set_priority(connection->io, SD_EVENT_PRIORITY_IDLE);
	if (ret >= 0)
		ret = sd_event_source_set_priority(connection->again, SD_EVENT_PRIORITY_IDLE);
	return ret < 0 ? ret : 0;
}

/*
 * Anonymous: who it is was asked of the kernel, and nothing the client says of itself counts. Descriptors
 * are not taken.
 */
static int bus_start(struct connection *connection, int fd)
{
	sd_id128_t id;
	int ret = sd_bus_new(&connection->bus);

	if (ret >= 0)
		ret = sd_bus_set_fd(connection->bus, fd, fd);
	if (ret < 0) {
		io_close(&fd);
		return ret;
	}
	ret = sd_id128_randomize(&id);
	if (ret >= 0)
		ret = sd_bus_set_server(connection->bus, 1, id);
	if (ret >= 0)
		ret = sd_bus_set_anonymous(connection->bus, 1);
	if (ret >= 0)
		ret = sd_bus_negotiate_fds(connection->bus, 0);
	if (ret >= 0)
		ret = sd_bus_add_filter(connection->bus, NULL, on_message, connection);
	if (ret >= 0)
		ret = sd_bus_add_object_vtable(connection->bus, NULL, BUS_OBJECT, BUS_INTERFACE,
					       bus_methods, connection);
	if (ret >= 0)
		ret = sd_bus_start(connection->bus);
	return ret < 0 ? ret : 0;
}

int connection_open(struct connection *place, struct supervisor *supervisor, int fd, uid_t uid)
{
	int ret;

	*place = (struct connection){ .supervisor = supervisor, .uid = uid };
	ret = bus_start(place, fd);
	if (ret == 0)
		ret = sources_add(place);
	if (ret == 0)
		ret = events_update(place);
	if (ret < 0)
		connection_close(place);
	return ret < 0 ? ret : 0;
}
