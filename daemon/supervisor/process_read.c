/* See process_read.h. */
#include "supervisor/process_read.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "supervisor/proc_status.h"

bool process_exited(int pidfd)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) > 0;
}

int process_open_adj(uint32_t pid, int flags)
{
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%u/oom_score_adj", pid);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int adj_read(uint32_t pid, int32_t *ret_adj)
{
	char text[16];
	int fd = process_open_adj(pid, O_RDONLY);
	int ret;

	if (fd < 0)
		return fd;
	ret = io_read_at_start(fd, text, sizeof(text));
	io_close(&fd);
	if (ret < 0)
		return ret;
	*ret_adj = (int32_t)strtol(text, NULL, 10);
	return 0;
}

static bool pid_is_ours(const struct pulse *pulse, uint32_t pid)
{
	return pid == (uint32_t)getpid() || pid == atomic_load(&pulse->guardian.pid) ||
	       pid == atomic_load(&pulse->handler.pid);
}

static uint32_t fact_flags(const struct pulse *pulse, const struct proc_status *status,
			   uint32_t pid)
{
	bool zombie = status->state == 'Z' || status->state == 'X';
	uint32_t flags = 0;

	if (status->kernel_thread)
		flags |= FACT_KERNEL_THREAD;
	else if (!status->has_memory)
		flags |= FACT_DYING;
	else if (zombie)
		flags |= FACT_ZOMBIE_LEADER;
	if (pid_is_ours(pulse, pid))
		flags |= FACT_OURS;
	if (!status->nested)
		flags |= FACT_HOST_PID_NAMESPACE;
	if (status->state == 'D')
		flags |= FACT_ASLEEP;
	return flags;
}

int process_read(const struct pulse *pulse, int pidfd, uint32_t pid, struct fact *ret_fact,
		 bool *ret_closing)
{
	struct proc_status status;
	struct fact fact = { .pid = pid, .sampled_nsec = clock_now().count };
	int ret = proc_status_read(pid, &status);

	if (ret == 0)
		ret = adj_read(pid, &fact.oom_score_adj);
	if (process_exited(pidfd))
		return -ESRCH;
	if (ret < 0)
		return ret;
	fact.uid = status.uid;
	fact.parent_pid = status.parent_pid;
	fact.flags = fact_flags(pulse, &status, pid);
	memcpy(fact.comm, status.comm, sizeof(fact.comm));
	fact.vm_size = status.vm_size;
	fact.anon = status.anon;
	fact.file = status.file;
	fact.shmem = status.shmem;
	fact.swap = status.swap;
	fact.page_tables = status.page_tables;
	*ret_fact = fact;
	*ret_closing = status.killed || (fact.flags & FACT_DYING);
	return 0;
}
