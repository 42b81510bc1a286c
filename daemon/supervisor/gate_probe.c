/*
 * See gate_probe.h. The children report through a page they share with us, never through a pipe: pipe
 * buffers are charged to their full group.
 */
#include "supervisor/gate_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/units.h"
#include "shared/knobs.h"
#include "supervisor/gate_group.h"

#define GATE_APPETITE (16 * BYTES_PER_MIB)
#define GATE_PAGE 4096 /* the smallest page of any machine: smaller steps only touch twice */
#define DEADLINE_MSEC 2000
/* A wake-up by a raised limit can be lost: 93 of 52225 random raises on 6.18 (KERNEL.md K1). */
#define WAKE_TRIES 4

struct child {
	pid_t pid; /* 0: none */
	int pidfd;
};

/* Not the kernel's answer, but none at all. */
static __attribute__((noreturn)) void give_up(const struct gate *gate, int error)
{
	atomic_store(&gate->page->moved, error);
	_exit(1);
}

static void enter_group(const struct gate *gate)
{
	if (pwrite(gate->procs, "0", 1, 0) < 0)
		give_up(gate, -errno);
	atomic_store(&gate->page->moved, 1);
}

static char *untouched_memory(const struct gate *gate)
{
	void *memory = mmap(NULL, GATE_APPETITE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		give_up(gate, -errno);
	/* Huge pages would be refused as a whole; not a failure where there are none. */
	(void)madvise(memory, GATE_APPETITE, MADV_NOHUGEPAGE);
	return memory;
}

/*
 * Between the read and the unmapping the group is full, and a page touched for the first time would put
 * the child to sleep for a reason of its own. Hence bare system calls, through a function that has run
 * before: read(3) and munmap(3) may be bound late, or be a sanitizer's.
 */
static void reader(const struct gate *gate)
{
	char *memory = untouched_memory(gate);
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	long length;
	int error;

	if (zero < 0)
		give_up(gate, -errno);
	atomic_store(&gate->page->length, 0);
	(void)syscall(SYS_getpid);
	enter_group(gate);
	length = syscall(SYS_read, zero, memory, GATE_APPETITE);
	error = length < 0 ? errno : 0;
	(void)syscall(SYS_munmap, memory, GATE_APPETITE);
	atomic_store(&gate->page->error, error);
	atomic_store(&gate->page->length, length);
	_exit(0);
}

static void toucher(const struct gate *gate)
{
	volatile char *memory = untouched_memory(gate);

	enter_group(gate);
	for (size_t at = 0; at < GATE_APPETITE; at += GATE_PAGE)
		memory[at] = 1;
	_exit(0);
}

static int child_start(struct gate *gate, void (*run)(const struct gate *), struct child *child)
{
	pid_t parent = getpid();
	int ret;

	memset(gate->page, 0, sizeof(*gate->page));
	child->pid = fork();
	if (child->pid < 0) {
		ret = -errno;
		child->pid = 0;
		return gate_fail(gate, ret, "fork: %s", strerror(-ret));
	}
	if (child->pid == 0) {
		/* Nobody is left asleep when the supervisor dies right now. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
			_exit(1);
		run(gate);
	}
	child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
	if (child->pidfd < 0) {
		ret = -errno;
		return gate_fail(gate, ret, "pidfd_open: %s", strerror(-ret));
	}
	return 0;
}

/* Return: true when @fd became readable in time. */
static bool wait_for(int fd, int msec)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int ret;

	do
		ret = poll(&poll_fd, 1, msec);
	while (ret < 0 && errno == EINTR);
	return ret > 0;
}

/* Kills what still runs. A child that does not die of it is left behind: waiting on would hang us too. */
static bool child_end(struct child *child)
{
	bool dead = true;

	if (child->pid > 0) {
		(void)kill(child->pid, SIGKILL); /* our own unreaped child: the pid is still its */
		dead = child->pidfd < 0 || wait_for(child->pidfd, DEADLINE_MSEC);
		if (dead)
			(void)waitpid(child->pid, NULL, 0);
	}
	io_close(&child->pidfd);
	child->pid = 0;
	return dead;
}

/* A child that never got as far as the group has shown nothing about the kernel. */
static int check_moved(struct gate *gate)
{
	int moved = atomic_load(&gate->page->moved);

	if (moved < 0)
		return gate_fail(gate, moved, "a child could not enter %.100s: %s", gate->directory,
				 strerror(-moved));
	if (moved == 0)
		return gate_fail(gate, -ETIMEDOUT, "a child did not get into %.100s in time",
				 gate->directory);
	return 0;
}

static int reader_judge(struct gate *gate, const struct child *child)
{
	bool ended = wait_for(child->pidfd, DEADLINE_MSEC);
	int ret = check_moved(gate);
	int64_t length;
	int error;

	if (ret < 0)
		return ret;
	if (!ended)
		return gate_fail(
			gate, -ENOTSUP,
			"read(2) into untouched memory past the limit of a group slept for %d ms "
			"instead of failing",
			DEADLINE_MSEC);
	length = atomic_load(&gate->page->length);
	error = atomic_load(&gate->page->error);
	/* /dev/zero has no end: nothing was noted, because somebody killed the child before. */
	if (length == 0 && error == 0)
		return gate_fail(gate, -ECHILD, "the reading child died before it could tell");
	if (error == EFAULT || error == ENOMEM || (length > 0 && length < (int64_t)GATE_APPETITE))
		return 0;
	return gate_fail(
		gate, -ENOTSUP,
		"read(2) past the limit of a group returned %lld (%s), expected a short read or "
		"EFAULT",
		(long long)length, strerror(error));
}

static int try_reader(struct gate *gate)
{
	struct child child = { .pidfd = -1 };
	int ret = child_start(gate, reader, &child);

	if (ret == 0)
		ret = reader_judge(gate, &child);
	if (!child_end(&child) && ret == 0)
		ret = gate_fail(gate, -ENOTSUP, "the reading child did not die of SIGKILL");
	return ret;
}

static int wait_asleep(struct gate *gate, const struct child *child)
{
	bool announced = wait_for(gate->event, DEADLINE_MSEC);
	int ret = check_moved(gate);
	struct oom_level level;

	if (ret < 0)
		return ret;
	if (!announced)
		return gate_fail(gate, -ENOTSUP,
				 "no event of " KNOB_FILE_OOM_CONTROL " within %d ms of an OOM",
				 DEADLINE_MSEC);
	if (wait_for(child->pidfd, 0))
		return gate_fail(
			gate, -ENOTSUP,
			"a task past the limit of a group without a killer ended instead of "
			"sleeping");
	ret = oom_level_read(gate->oom_control, &level);
	if (ret < 0)
		return gate_fail(gate, ret, KNOB_FILE_OOM_CONTROL ": %s", strerror(-ret));
	if (!level.kill_disabled || !level.under_oom)
		return gate_fail(gate, -ENOTSUP,
				 KNOB_FILE_OOM_CONTROL
				 " reads oom_kill_disable %d under_oom %d while a task "
				 "sleeps, expected 1 and 1",
				 level.kill_disabled, level.under_oom);
	return 0;
}

/* A page more wakes the sleeper; it takes the page, sleeps again, and that is a new event. */
static int try_wake(struct gate *gate)
{
	for (int i = 1; i <= WAKE_TRIES; i++) {
		/* Emptied before the raise: an event from now on is the consequence of it. */
		(void)io_drain_event(gate->event);
		int ret = knob_set(KNOB_LIMIT, gate->limit,
				   GATE_LIMIT + (uint64_t)i * 16 * GATE_PAGE);

		if (ret < 0)
			return gate_fail(gate, ret, KNOB_FILE_LIMIT ": %s", strerror(-ret));
		if (wait_for(gate->event, DEADLINE_MSEC / WAKE_TRIES))
			return 0;
	}
	return gate_fail(gate, -ENOTSUP, "a raised limit did not wake the sleeping task");
}

static int try_toucher(struct gate *gate)
{
	struct child child = { .pidfd = -1 };
	int ret = child_start(gate, toucher, &child);

	if (ret == 0)
		ret = wait_asleep(gate, &child);
	if (ret == 0)
		ret = try_wake(gate);
	if (!child_end(&child) && ret == 0)
		ret = gate_fail(gate, -ENOTSUP, "a task asleep in an OOM did not die of SIGKILL");
	return ret;
}

int gate_probe_run(const char *memory_mount, char *ret_seen, size_t size)
{
	struct gate gate = { .seen = ret_seen, .seen_size = size };
	int ret, removed;

	ret_seen[0] = '\0';
	ret = gate_open(memory_mount, &gate);
	if (ret == 0)
		ret = try_reader(&gate);
	if (ret == 0)
		ret = try_toucher(&gate);
	removed = gate_close(&gate);
	if (ret == 0 && removed < 0)
		ret = gate_fail(&gate, removed, "rmdir %.150s: %s", gate.directory,
				strerror(-removed));
	return ret;
}
