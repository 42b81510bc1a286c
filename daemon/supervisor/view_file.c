/* See view_file.h. */
#include "supervisor/view_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/io.h"

int view_file_open(const struct group_view *view, const char *name)
{
	int directory = open(view->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat status;
	int ret;

	if (directory < 0)
		return -errno;
	ret = fstat(directory, &status) < 0 ? -errno : 0;
	if (ret == 0 && status.st_ino != view->inode)
		ret = -ENOENT;
	if (ret == 0) {
		ret = openat(directory, name, O_RDONLY | O_CLOEXEC);
		ret = ret < 0 ? -errno : ret;
	}
	io_close(&directory);
	return ret;
}
