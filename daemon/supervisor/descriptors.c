/* See descriptors.h. */
#include "supervisor/descriptors.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>

#include "base/io.h"

#define BIT(file) (1U << (file))
#define KNOBS (BIT(GROUP_OOM_CONTROL) | BIT(GROUP_LIMIT) | BIT(GROUP_MEMSW_LIMIT))
#define GAUGES                                                                                     \
	(BIT(GROUP_USAGE) | BIT(GROUP_FAILCNT) | BIT(GROUP_MEMSW_USAGE) | BIT(GROUP_MEMSW_FAILCNT))
#define MEMBERS (((1U << GROUP_MEMBERS) - 1) << GROUP_MEMBERS_FIRST)

static const struct use_row {
	uint32_t files;
	uint32_t
		writable; /* of @files; the others are opened for reading, whatever the table allows */
} use_rows[] = {
	[DESCRIPTORS_GUARDIAN] = { BIT(GROUP_DIRECTORY) | KNOBS, KNOBS },
	[DESCRIPTORS_MANAGED] = { BIT(GROUP_DIRECTORY) | KNOBS | GAUGES | MEMBERS, KNOBS },
	[DESCRIPTORS_DESCENDANT] = { KNOBS | GAUGES | MEMBERS, BIT(GROUP_OOM_CONTROL) },
	[DESCRIPTORS_ANCESTOR] = { KNOBS | GAUGES, 0 },
	[DESCRIPTORS_MEMBERS] = { MEMBERS, 0 },
	[DESCRIPTORS_FREEZER] = { BIT(GROUP_FREEZER), BIT(GROUP_FREEZER) },
};
static_assert(sizeof(use_rows) / sizeof(use_rows[0]) == DESCRIPTORS_USE_COUNT, "a row per use");

static int file_open(int directory, enum group_file file, bool writable, int *ret_fd)
{
	char text[128];
	int fd, ret;

	fd = openat(directory, group_files[file].name,
		    (writable ? group_files[file].flags : O_RDONLY) | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = BIT(file) & MEMBERS ? 0 : io_read_at_start(fd, text, sizeof(text));
	if (ret < 0) {
		io_close(&fd);
		return ret;
	}
	*ret_fd = fd;
	return 0;
}

int descriptors_open(int directory, enum descriptors_use use, struct descriptors *ret_descriptors)
{
	const struct use_row *row = &use_rows[use];
	struct descriptors out = { .files = 0 };

	for (int file = 0; file < GROUP_FILE_COUNT; file++)
		out.fd[file] = -1;
	for (int file = 0; file < GROUP_FILE_COUNT; file++) {
		int ret = 0;

		if (!(row->files & BIT(file)))
			continue;
		if (file == GROUP_DIRECTORY)
			out.fd[file] = directory;
		else
			ret = file_open(directory, file, row->writable & BIT(file), &out.fd[file]);
		if (ret == -ENOENT && group_files[file].optional)
			continue;
		if (ret < 0) {
			descriptors_done(&out);
			return ret;
		}
		out.files |= BIT(file);
	}
	*ret_descriptors = out;
	return 0;
}

int descriptors_send(int socket, struct wire *wire, const struct descriptors *descriptors)
{
	int fds[GROUP_FILE_COUNT];
	size_t count = 0;

	for (int file = 0; file < GROUP_FILE_COUNT; file++)
		if (descriptors->files & BIT(file))
			fds[count++] = descriptors->fd[file];
	wire->files = descriptors->files;
	return wire_send(socket, wire, fds, count);
}

void descriptors_done(struct descriptors *descriptors)
{
	descriptors->fd[GROUP_DIRECTORY] = -1;
	for (int file = 0; file < GROUP_FILE_COUNT; file++)
		io_close(&descriptors->fd[file]);
	descriptors->files = 0;
}
