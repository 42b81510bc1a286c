/* See estate.h. */
#include "guardian/estate.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define TABLE_COUNT (sizeof(((struct estate *)0)->tables) / sizeof(int))

static int event_create(int *ret_fd)
{
	*ret_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return *ret_fd < 0 ? -errno : spawn_lift(ret_fd);
}

static int events_create(struct estate *estate)
{
	int *const wakes[] = {
		&estate->wake_handler,
		&estate->wake_supervisor,
		&estate->wake_sampler,
	};
	int ret = 0;

	for (size_t i = 0; i < sizeof(wakes) / sizeof(wakes[0]) && ret == 0; i++)
		ret = event_create(wakes[i]);
	for (int i = 0; i < INHERIT_EVENTS && ret == 0; i++)
		ret = event_create(&estate->events[i]);
	return ret;
}

static int socket_create(int ends[static ESTATE_ENDS])
{
	int ret = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	for (int i = 0; i < ESTATE_ENDS && ret == 0; i++)
		ret = spawn_lift(&ends[i]);
	return ret;
}

static int tables_lift(struct estate *estate)
{
	int ret = tables_create(estate->tables);

	for (size_t i = 0; i < TABLE_COUNT && ret == 0; i++)
		ret = spawn_lift(&estate->tables[i]);
	return ret;
}

int estate_create(struct estate *ret_estate)
{
	int ret = tables_lift(ret_estate);

	if (ret == 0)
		ret = socket_create(ret_estate->handler_socket);
	if (ret == 0)
		ret = socket_create(ret_estate->guardian_socket);
	if (ret == 0)
		ret = events_create(ret_estate);
	if (ret < 0)
		return ret;
	ret_estate->guardian = pidfd_open(getpid(), 0);
	return ret_estate->guardian < 0 ? -errno : spawn_lift(&ret_estate->guardian);
}

/* What both get; the sockets, one by one, are the callers'. */
static void fill_common(const struct estate *estate, struct spawn_fd fds[static INHERIT_END])
{
	for (int to = 0; to < INHERIT_END; to++)
		fds[to] = (struct spawn_fd){ .from = -1, .to = to };
	for (size_t i = 0; i < TABLE_COUNT; i++)
		fds[INHERIT_ROSTER + i].from = estate->tables[i];
	fds[INHERIT_GUARDIAN].from = estate->guardian;
	fds[INHERIT_WAKE_HANDLER].from = estate->wake_handler;
	fds[INHERIT_WAKE_SUPERVISOR].from = estate->wake_supervisor;
	fds[INHERIT_WAKE_SAMPLER].from = estate->wake_sampler;
	for (int i = 0; i < INHERIT_EVENTS; i++)
		fds[INHERIT_EVENT_FIRST + i].from = estate->events[i];
}

void estate_for_handler(const struct estate *estate, struct spawn_fd fds[static INHERIT_END])
{
	fill_common(estate, fds);
	fds[INHERIT_HANDLER_SOCKET].from = estate->handler_socket[ESTATE_RECEIVER];
}

void estate_for_supervisor(const struct estate *estate, struct spawn_fd fds[static INHERIT_END])
{
	fill_common(estate, fds);
	fds[INHERIT_HANDLER_SOCKET].from = estate->handler_socket[ESTATE_SENDER];
	fds[INHERIT_GUARDIAN_SOCKET].from = estate->guardian_socket[ESTATE_SENDER];
}
