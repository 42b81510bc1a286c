/* See history.h. */
#include "supervisor/history.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hold.h"
#include "base/io.h"
#include "settings/history_file.h"

#define TAIL_BLOCK 4096

static int path_make(const char *state_dir, const char *name, char path[static PATH_MAX])
{
	return snprintf(path, PATH_MAX, "%s/%s", state_dir, name) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* Where the last whole line ends; 0 in a file without any. */
static int find_end(int fd, uint64_t size, uint64_t *ret_end)
{
	char block[TAIL_BLOCK];

	while (size > 0) {
		uint64_t start = size > sizeof(block) ? size - sizeof(block) : 0;
		ssize_t length = pread(fd, block, (size_t)(size - start), (off_t)start);
		const char *newline;

		if (length < 0)
			return -errno;
		if (length == 0)
			return -EIO; /* it shrinks under our hands: somebody else writes here */
		newline = memrchr(block, '\n', (size_t)length);
		if (newline) {
			*ret_end = start + (uint64_t)(newline - block) + 1;
			return 0;
		}
		size = start;
	}
	*ret_end = 0;
	return 0;
}

/* A child that has not executed its program yet shares the open file, and the lock would live on in it. */
static void file_close(int *fd)
{
	(void)flock(*fd, LOCK_UN);
	io_close(fd);
}

/* A crash in mid-write leaves a torn line, of use to nobody, to which the next one would be glued. */
static int repair_end(int fd, struct bytes *ret_size)
{
	struct stat status;
	uint64_t end;
	int ret;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EBADMSG;
	ret = find_end(fd, (uint64_t)status.st_size, &end);
	if (ret == 0 && end != (uint64_t)status.st_size && ftruncate(fd, (off_t)end) < 0)
		ret = -errno;
	if (ret == 0)
		ret_size->count = end;
	return ret;
}

/*
 * The lock keeps another instance from taking our half-written line for a torn one.
 *
 * Return: a descriptor whose offset means nothing: every write goes to the end.
 */
static int file_open(const char *path, struct bytes *ret_size)
{
	/* Neither a link nor a pipe somebody put there may redirect or stop us. */
	int fd =
		open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
	int ret;

	if (fd < 0)
		return -errno;
	ret = flock(fd, LOCK_EX | LOCK_NB) < 0 ? -errno : repair_end(fd, ret_size);
	if (ret < 0)
		file_close(&fd);
	return ret < 0 ? ret : fd;
}

/* Opens the newer file with room for @length bytes. */
static int file_with_room(const char *state_dir, size_t length, struct bytes bound,
			  struct bytes *ret_size)
{
	char path[PATH_MAX], old[PATH_MAX];
	int ret = path_make(state_dir, HISTORY_OLD_NAME, old);
	int fd;

	if (ret == 0)
		ret = path_make(state_dir, HISTORY_NAME, path);
	fd = ret < 0 ? ret : file_open(path, ret_size);
	if (fd < 0 || ret_size->count == 0 || ret_size->count + length <= bound.count / 2)
		return fd;
	ret = rename(path, old) < 0 ? -errno : 0;
	file_close(&fd);
	return ret < 0 ? ret : file_open(path, ret_size);
}

/* One write: a reader, or a crash of ours, finds all of it or nothing. */
static int write_all(int fd, const char *line, size_t length)
{
	ssize_t written = write(fd, line, length);

	if (written < 0)
		return -errno;
	return (size_t)written == length ? 0 : -ENOSPC; /* a short write: there was no more room */
}

static int write_line(int fd, const char *line, size_t length)
{
	int ret = 0;

#ifdef HOLD_POINTS
	/* Two writes, so that a test can stop and kill us with half a line in the file. */
	ret = write_all(fd, line, length / 2);
	line += length / 2;
	length -= length / 2;
	HOLD(HOLD_HISTORY_IN_WRITE);
#endif
	return ret < 0 ? ret : write_all(fd, line, length);
}

int history_append(const char *state_dir, const char *record, struct bytes bound)
{
	struct bytes size;
	char *line;
	int length = asprintf(&line, "%s\n", record);
	int fd, ret;

	if (length < 0)
		return -ENOMEM;
	if ((uint64_t)length > bound.count / 2 || length > (int)HISTORY_LINE_MAX)
		fd = -EFBIG;
	else
		fd = file_with_room(state_dir, (size_t)length, bound, &size);
	ret = fd;
	if (fd >= 0) {
		ret = write_line(fd, line, (size_t)length);
		if (ret < 0 && ftruncate(fd, (off_t)size.count) < 0)
			ret = -errno; /* the next call repairs the end */
		file_close(&fd);
	}
	free(line);
	return ret;
}
