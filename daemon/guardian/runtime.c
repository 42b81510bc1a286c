/* See runtime.h. */
#include "guardian/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/io.h"
#include "guardian/say.h"

#define RUNTIME_LOCK "lock"

static int failed(const char *what, const char *path)
{
	int ret = -errno;

	say_line(SAY_ERROR, "%s %s: %s", what, path, strerror(-ret));
	return ret;
}

/* An mlocked page of a file on ext4 faulted again after each write-back, 50 of 50 (KERNEL.md K13). */
static int check_memory_backed(int directory, const char *path)
{
	struct statfs status;

	if (fstatfs(directory, &status) < 0)
		return failed("cannot examine", path);
	if (status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC)
		return 0;
	say_line(SAY_ERROR, "%s is not on a tmpfs: choose another with --runtime-dir", path);
	return -EMEDIUMTYPE;
}

static int lock_take(int directory, const char *path, int *ret_lock)
{
	int lock = openat(directory, RUNTIME_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	int ret;

	if (lock < 0)
		return failed("cannot create a lock file in", path);
	if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
		*ret_lock = lock;
		return 0;
	}
	if (errno == EWOULDBLOCK) {
		say_line(SAY_ERROR, "another oomhandlerd is running with runtime directory %s",
			 path);
		ret = -EBUSY;
	} else {
		ret = failed("cannot lock", path);
	}
	io_close(&lock);
	return ret;
}

int runtime_open(const char *path, int *ret_lock)
{
	int directory, ret;

	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return failed("cannot create", path);
	directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return failed("cannot open", path);
	ret = check_memory_backed(directory, path);
	if (ret == 0)
		ret = lock_take(directory, path, ret_lock);
	io_close(&directory);
	return ret;
}
