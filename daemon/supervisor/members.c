/* See members.h. */
#include "supervisor/members.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "base/io.h"
#include "supervisor/view_file.h"

struct members {
	char text[8192];
	size_t length;
	size_t at;
};

/* @ret_more: false: the list is through, @ret_pid is untouched. A number may lie across two reads. */
static int members_next(int fd, struct members *members, bool *ret_more, uint64_t *ret_pid)
{
	uint64_t pid = 0;
	bool digits = false;

	for (;;) {
		if (members->at == members->length) {
			ssize_t length = read(fd, members->text, sizeof(members->text));

			if (length < 0)
				return -errno;
			if (length == 0)
				break;
			members->length = (size_t)length;
			members->at = 0;
		}
		char byte = members->text[members->at++];

		if (byte < '0' || byte > '9')
			break;
		pid = pid * 10 + (uint64_t)(byte - '0');
		digits = true;
	}
	*ret_more = digits;
	if (digits)
		*ret_pid = pid;
	return 0;
}

int members_visit(const struct group_view *view, members_visitor *visit, void *context)
{
	struct members members = { .length = 0 };
	int fd = view_file_open(view, group_files[GROUP_MEMBERS_FIRST].name);
	int ret = fd < 0 ? fd : 0;
	bool more = fd >= 0;

	while (more) {
		uint64_t pid = 0;

		ret = members_next(fd, &members, &more, &pid);
		if (ret < 0)
			break;
		if (more)
			visit(context, pid);
	}
	io_close(&fd);
	return ret;
}
