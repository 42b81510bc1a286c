/*
 * See discover.h. What libcgroup 2.0.2 does was found by trying it: a missing base and a group that
 * vanished under the walk come as entries of another type than directory, never as an error; every
 * directory comes a second time, as "other", when it is left.
 */
#include "supervisor/discover.h"

#include <errno.h>
#include <fcntl.h>
#include <libcgroup.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/io.h"

#define CONTROLLER "memory"

int discover_open(struct discover *ret_discover, const char **ret_reason)
{
	struct discover discover = { .directory = -1 };
	struct statfs status;
	int error = cgroup_init();

	if (error == 0)
		error = cgroup_get_subsys_mount_point(CONTROLLER, &discover.mount);
	if (error != 0) {
		*ret_reason = cgroup_strerror(error);
		return -ENODEV;
	}
	discover.directory = open(discover.mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (discover.directory < 0 || fstatfs(discover.directory, &status) < 0) {
		int ret = -errno;

		*ret_reason = "the mount point of the memory controller cannot be opened";
		discover_done(&discover);
		return ret;
	}
	/* On a pure v2 host libcgroup names the unified mount: no oom_control there. */
	if (status.f_type != CGROUP_SUPER_MAGIC) {
		*ret_reason = "the memory controller is on the unified (v2) hierarchy";
		discover_done(&discover);
		return -ENODEV;
	}
	*ret_discover = discover;
	return 0;
}

/* "/mount//a/b/" to "/a/b": libcgroup adds a slash at the end of the base. */
static void path_below(const char *mount, const char *full, char path[static PATH_MAX])
{
	const char *from = strncmp(full, mount, strlen(mount)) == 0 ? full + strlen(mount) : full;
	size_t length = 0;

	path[length++] = '/';
	for (; *from && length < PATH_MAX - 1; from++)
		if (*from != '/' || path[length - 1] != '/')
			path[length++] = *from;
	if (length > 1 && path[length - 1] == '/')
		length--;
	path[length] = '\0';
}

int discover_walk(const struct discover *discover, const char *base, discover_visit *visit,
		  void *context)
{
	struct cgroup_file_info info;
	void *walk = NULL;
	int level = 0, error;

	/* libcgroup would cut the path and walk another group's tree. */
	if (strlen(discover->mount) + strlen(base) + sizeof("//") > PATH_MAX)
		return -ENAMETOOLONG;
	error = cgroup_walk_tree_begin(CONTROLLER, base, 0, &walk, &info, &level);
	while (error == 0) {
		char path[PATH_MAX];

		if (info.type == CGROUP_FILE_TYPE_DIR && strlen(info.full_path) < PATH_MAX) {
			path_below(discover->mount, info.full_path, path);
			visit(context, path);
		}
		error = cgroup_walk_tree_next(0, &walk, &info, level);
	}
	/* cgroup_walk_tree_end() does not look whether there is a walk to end. */
	if (walk)
		(void)cgroup_walk_tree_end(&walk); /* frees; has nothing to say */
	return error == ECGEOF ? 0 : -EIO;
}

void discover_done(struct discover *discover)
{
	io_close(&discover->directory);
	free(discover->mount);
	discover->mount = NULL;
}
