/* See gauge.h. */
#include "supervisor/gauge.h"

#include <errno.h>
#include <fcntl.h>

#include "base/io.h"

int gauge_at(int directory, enum group_file file, uint64_t *ret_value)
{
	int fd = openat(directory, group_files[file].name, O_RDONLY | O_CLOEXEC);
	int ret = fd < 0 ? -errno : gauge_read(fd, ret_value);

	io_close(&fd);
	return ret;
}
