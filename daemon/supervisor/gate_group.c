/* See gate_group.h. */
#include "supervisor/gate_group.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/text.h"
#include "shared/knobs.h"

#define GATE_NAME "oomhandlerd-gate-"
#define REMOVE_TRIES 200 /* 10 ms apart */

int gate_fail(struct gate *gate, int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(gate->seen, gate->seen_size, format, arguments);
	va_end(arguments);
	return error;
}

/* A supervisor killed in the middle of its probe leaves an empty group; its children died with it. */
static void remove_leftovers(const char *memory_mount)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *mount = opendir(memory_mount);

	while (mount && (entry = readdir(mount))) {
		uint64_t pid;
		const char *rest;

		if (strncmp(entry->d_name, GATE_NAME, strlen(GATE_NAME)) != 0 ||
		    text_to_u64(entry->d_name + strlen(GATE_NAME), &rest, &pid) < 0 || *rest ||
		    pid > INT32_MAX)
			continue;
		if (kill((pid_t)pid, 0) == 0 || errno != ESRCH)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", memory_mount, entry->d_name);
		(void)rmdir(path); /* not empty or not ours: left alone */
	}
	if (mount)
		(void)closedir(mount);
}

static int file_open(struct gate *gate, const char *name, int flags, int *ret_fd)
{
	char path[PATH_MAX + 64];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", gate->directory, name);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0) {
		int ret = -errno;

		/* The group was made, and its kernel has no such file: that is an answer. */
		return gate_fail(gate, ret == -ENOENT ? -ENOTSUP : ret, "%.150s: %s", path,
				 strerror(-ret));
	}
	*ret_fd = fd;
	return 0;
}

static int take_lock(struct gate *gate)
{
	int ret = file_open(gate, ".", O_RDONLY | O_DIRECTORY, &gate->lock);

	if (ret < 0 || flock(gate->lock, LOCK_EX | LOCK_NB) == 0)
		return ret;
	ret = -errno;
	return gate_fail(gate, ret, "cannot lock %.150s: %s", gate->directory, strerror(-ret));
}

static int register_event(struct gate *gate)
{
	char text[64];
	int control, ret;

	ret = file_open(gate, KNOB_EVENT_CONTROL, O_WRONLY, &control);
	if (ret < 0)
		return ret;
	(void)snprintf(text, sizeof(text), "%d %d", gate->event, gate->oom_control);
	ret = io_write_at_start(control, text);
	io_close(&control);
	if (ret == -EOPNOTSUPP)
		return gate_fail(gate, -ENOTSUP,
				 "events of " KNOB_FILE_OOM_CONTROL
				 " are not supported (PREEMPT_RT kernel)");
	return ret < 0 ? gate_fail(gate, ret, "%s: %s", KNOB_EVENT_CONTROL, strerror(-ret)) : 0;
}

int gate_open(const char *memory_mount, struct gate *gate)
{
	int ret;

	gate->lock = gate->procs = gate->oom_control = gate->limit = gate->event = -1;
	gate->page = MAP_FAILED;
	gate->made = false;
	remove_leftovers(memory_mount);
	(void)snprintf(gate->directory, sizeof(gate->directory), "%s/%s%d", memory_mount, GATE_NAME,
		       (int)getpid());
	if (mkdir(gate->directory, 0700) < 0) {
		ret = -errno;
		return gate_fail(gate, ret, "mkdir %.150s: %s", gate->directory, strerror(-ret));
	}
	gate->made = true;
	/* Before there is a limit: without one no instance looks at the group twice. */
	ret = take_lock(gate);
	if (ret < 0)
		return ret;
	if ((ret = file_open(gate, "cgroup.procs", O_WRONLY, &gate->procs)) < 0 ||
	    (ret = file_open(gate, group_files[GROUP_OOM_CONTROL].name, O_RDWR,
			     &gate->oom_control)) < 0 ||
	    (ret = file_open(gate, group_files[GROUP_LIMIT].name, O_RDWR, &gate->limit)) < 0)
		return ret;
	ret = knob_set(KNOB_LIMIT, gate->limit, GATE_LIMIT);
	if (ret == 0)
		ret = knob_set(KNOB_OOM_CONTROL, gate->oom_control, 1);
	if (ret < 0)
		return gate_fail(gate, ret, "cannot set up %.150s: %s", gate->directory,
				 strerror(-ret));
	gate->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	gate->page = mmap(NULL, sizeof(*gate->page), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (gate->event < 0 || gate->page == MAP_FAILED) {
		ret = -errno;
		return gate_fail(gate, ret, "%s", strerror(-ret));
	}
	return register_event(gate);
}

/* The kernel still counts a task that has just been reaped for some moments: rmdir says EBUSY. */
static int group_remove(const char *directory)
{
	for (int i = 0; i < REMOVE_TRIES; i++) {
		if (rmdir(directory) == 0 || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			break;
		(void)poll(NULL, 0, 10);
	}
	return -errno;
}

int gate_close(struct gate *gate)
{
	io_close(&gate->procs);
	io_close(&gate->oom_control);
	io_close(&gate->limit);
	io_close(&gate->event);
	io_close(&gate->lock);
	if (gate->page != MAP_FAILED)
		(void)munmap(gate->page, sizeof(*gate->page));
	return gate->made ? group_remove(gate->directory) : 0;
}
