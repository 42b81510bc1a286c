/* See members.h. */
#include "supervisor/members.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "shared/knobs.h"

/* The path is a label: the group that has it now may be another one. */
int members_open(const struct group_view *view)
{
	int directory = open(view->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat status;
	int fd, ret;

	if (directory < 0)
		return -errno;
	if (fstat(directory, &status) < 0) {
		ret = -errno;
	} else if (status.st_ino != view->inode) {
		ret = -ENOENT;
	} else {
		fd = openat(directory, group_files[GROUP_MEMBERS_FIRST].name, O_RDONLY | O_CLOEXEC);
		ret = fd < 0 ? -errno : fd;
	}
	io_close(&directory);
	return ret;
}

/* A number may lie across two reads. */
int members_next(int fd, struct members *members, bool *ret_more, uint64_t *ret_pid)
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
