/* See pin.h. */
#include "handler/pin.h"

#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"

#define PIN_STACK_FRAMES 64
#define PIN_NICE (-20)
#define PIN_FDS_MAX 65536

#ifndef PR_SET_IO_FLUSHER
#define PR_SET_IO_FLUSHER 57 /* Linux 5.6, include/uapi/linux/prctl.h */
#endif

/*
 * Frames are bounded at compile time (-Wstack-usage) and the deepest chain is a dozen: 64 of them, one
 * below the other, reach further down than the loop ever will.
 */
static __attribute__((noinline)) int touch_stack(int depth)
{
	volatile char frame[1920] = { 0 };

	return depth ? touch_stack(depth - 1) + frame[depth] : 0;
}

/*
 * Growing a descriptor table that two threads share waits for a grace period inside the kernel
 * (expand_fdtable, fs/file.c): grow it now by using the highest number once.
 */
static void grow_descriptor_table(void)
{
	struct rlimit limit;
	int fd;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit); /* up to the hard limit is always allowed */
	fd = limit.rlim_cur < PIN_FDS_MAX ? (int)limit.rlim_cur - 1 : PIN_FDS_MAX - 1;
	fd = dup2(STDERR_FILENO, fd);
	io_close(&fd);
}

static enum pulse_scheduling raise_priority(void)
{
	const struct sched_param first = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &first) == 0)
		return PULSE_SCHEDULING_FIFO;
	/* Groups of the cpu controller may have no real-time budget (KERNEL.md K14). */
	if (setpriority(PRIO_PROCESS, 0, PIN_NICE) == 0)
		return PULSE_SCHEDULING_NICE;
	return PULSE_SCHEDULING_NORMAL;
}

static bool protect_from_killer(void)
{
	int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
	bool out = fd >= 0 && io_write_at_start(fd, "-1000") == 0;

	io_close(&fd);
	return out;
}

void pin_process(struct pulse_regime *regime)
{
	(void)touch_stack(PIN_STACK_FRAMES);
	grow_descriptor_table();
	atomic_store(&regime->oom_protected, protect_from_killer());
	atomic_store(&regime->io_flusher, prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0) == 0);
	/* The clock's page belongs to the kernel: mlockall leaves it out, the first reading maps it. */
	(void)clock_now();
	atomic_store(&regime->locked, mlockall(MCL_CURRENT | MCL_FUTURE) == 0);
	atomic_store(&regime->scheduling, raise_priority());
	atomic_store(&regime->pid, (uint32_t)getpid());
}

uint64_t pin_faults(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_THREAD, &usage); /* cannot fail with these arguments */
	return (uint64_t)usage.ru_minflt + (uint64_t)usage.ru_majflt;
}
