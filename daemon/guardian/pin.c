/* See pin.h. */
#include "guardian/pin.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/io.h"

#define ADJ_FILE "/proc/self/oom_score_adj"
#define ADJ_TEXT_SIZE 16
#define ADJ_IMMUNE "-1000"
#define ADJ_LAST "-900" /* a child of an immune service: late, but not never */
#define NICE_FIRST (-20)

static char adj_before[ADJ_TEXT_SIZE];

static int adj_write(const char *value)
{
	int fd = open(ADJ_FILE, O_WRONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = io_write_at_start(fd, value);
	io_close(&fd);
	return ret;
}

/* Read back: it may have been so from the start, and then a refusal to set it says nothing. */
static bool adj_protect(void)
{
	int fd = open(ADJ_FILE, O_RDONLY | O_CLOEXEC), ret;
	char now[ADJ_TEXT_SIZE];

	if (fd < 0)
		return false;
	ret = io_read_at_start(fd, adj_before, sizeof(adj_before));
	(void)adj_write(ADJ_IMMUNE); /* the next read tells */
	if (ret >= 0)
		ret = io_read_at_start(fd, now, sizeof(now));
	io_close(&fd);
	return ret >= 0 && atoi(now) == atoi(ADJ_IMMUNE);
}

static enum pulse_scheduling schedule_first(void)
{
	const struct sched_param fifo = { .sched_priority = PIN_PRIORITY };
	const struct sched_param other = { .sched_priority = 0 };

	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &fifo) == 0)
		return PULSE_SCHEDULING_FIFO;
	if (sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &other) == 0 &&
	    setpriority(PRIO_PROCESS, 0, NICE_FIRST) == 0)
		return PULSE_SCHEDULING_NICE;
	return PULSE_SCHEDULING_NORMAL;
}

void pin_self(struct pulse_regime *regime)
{
	regime->locked = mlockall(MCL_CURRENT | MCL_FUTURE) == 0;
	regime->io_flusher = prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0) == 0;
	regime->oom_protected = adj_protect();
	regime->scheduling = schedule_first();
	regime->pid = (uint32_t)getpid();
}

void pin_leave(void)
{
	/* Where it was never granted there is nothing to take back, and this fails alike. */
	(void)prctl(PR_SET_IO_FLUSHER, 0, 0, 0, 0);
	/* Raising one's own value is always allowed. */
	if (adj_before[0])
		(void)adj_write(atoi(adj_before) == atoi(ADJ_IMMUNE) ? ADJ_LAST : adj_before);
}
