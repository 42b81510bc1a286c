/* See wire.h. */
#include "shared/wire.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "base/io.h"

union wire_control {
	char space[CMSG_SPACE(WIRE_FDS * sizeof(int))];
	struct cmsghdr align;
};

int wire_send(int socket, const struct wire *wire, const int *fds, size_t count)
{
	union wire_control control;
	struct iovec payload = { .iov_base = (void *)wire, .iov_len = sizeof(*wire) };
	struct msghdr message = { .msg_iov = &payload, .msg_iovlen = 1 };

	if (count > WIRE_FDS)
		return -E2BIG;
	if (count > 0) {
		struct cmsghdr *header = &control.align;

		memset(&control, 0, sizeof(control));
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	}
	return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static size_t take_fds(struct msghdr *message, int *ret_fds)
{
	size_t count = 0;

	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
	     header = CMSG_NXTHDR(message, header)) {
		size_t fds = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < fds && count < WIRE_FDS; i++)
			memcpy(&ret_fds[count++], CMSG_DATA(header) + i * sizeof(int), sizeof(int));
	}
	return count;
}

static bool wire_is_ours(const struct wire *wire, const struct msghdr *message, ssize_t length)
{
	return length == sizeof(*wire) && !(message->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) &&
	       wire->kind < WIRE_KIND_COUNT && wire->process_count <= WIRE_PROCESSES_MAX;
}

int wire_receive(int socket, struct wire *ret_wire, int *ret_fds, size_t *ret_count)
{
	union wire_control control;
	struct iovec payload = { .iov_base = ret_wire, .iov_len = sizeof(*ret_wire) };
	struct msghdr message = {
		.msg_iov = &payload,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t length = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	size_t count;

	if (length < 0)
		return -errno;
	count = take_fds(&message, ret_fds);
	if (!wire_is_ours(ret_wire, &message, length)) {
		for (size_t i = 0; i < count; i++)
			io_close(&ret_fds[i]);
		return -EPROTO;
	}
	*ret_count = count;
	return 0;
}
