/* See alive.h. */
#include "ctl/alive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

int alive_look(const char *runtime_dir, enum alive *ret_alive)
{
	char *path;
	int fd, ret = 0;

	if (asprintf(&path, "%s/lock", runtime_dir) < 0)
		return -ENOMEM;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		ret = -errno;
	free(path);
	if (ret == -ENOENT || ret == -ENOTDIR) {
		*ret_alive = ALIVE_NO;
		return 0;
	}
	if (ret < 0)
		return ret;
	if (flock(fd, LOCK_SH | LOCK_NB) == 0)
		*ret_alive = ALIVE_NO;
	else if (errno == EWOULDBLOCK)
		*ret_alive = ALIVE_YES;
	else
		ret = -errno;
	(void)close(fd); /* read only: nothing can be lost; a lock of ours ends here */
	return ret;
}
