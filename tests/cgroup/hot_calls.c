/*
 * See hot_calls.h. What is added here needs its reason beside it; what allocates, who does it in the kernel
 * and when. Counted on 6.18 by 060-audit, whose table names the function.
 */
#include "cgroup/hot_calls.h"

#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>

#define CALL(call) .name = #call, .number = SYS_##call

static const struct hot_call calls[] = {
	{ CALL(epoll_wait) }, /* the one place to wait in */
	{ CALL(write) }, /* eventfds */
	{ CALL(pread64) }, /* knobs and gauges: their buffers came with the first reading */
	{ CALL(poll) }, /* has the victim exited? timeout 0 */
	{ CALL(fcntl) }, /* a duplicate of the victim's pidfd, in a table that was grown at the start */
	{ CALL(getrusage) }, /* counts its own page faults */
	{ CALL(restart_syscall) }, /* how the kernel goes on after a tracer's stop */
	/* BPF_PROG_TEST_RUN of the roll's programs (KERNEL.md K18) */
	{ CALL(bpf) },
	/*
	 * Eventfds: nothing. The first reading of a list of members, where facts do not suffice, and of a
	 * one-shot iterator: the pidlist, its array, and the buffer of the text.
	 */
	{ CALL(read), .kmalloc = 3 },
	/* Knobs and oom_score_adj: a file of kernfs copies the text, any other on the stack. */
	{ CALL(pwrite64), .kmalloc = 1 },
	/* SIGKILL: nothing. SIGTERM of a clean end: the record that waits for the victim. */
	{ CALL(pidfd_send_signal), .cache = 1 },
	/* Processes nobody has met before: file, inode and entry of the pidfd (pidfs, 6.9), with their labels. */
	{ CALL(pidfd_open), .cache = 6 },
};

#define CALLS (sizeof(calls) / sizeof(calls[0]))

const struct hot_call *hot_call_named(const char *name)
{
	for (size_t i = 0; i < CALLS; i++)
		if (strcmp(calls[i].name, name) == 0)
			return &calls[i];
	return NULL;
}

const struct hot_call *hot_call_numbered(int number)
{
	for (size_t i = 0; i < CALLS; i++)
		if (calls[i].number == number)
			return &calls[i];
	return NULL;
}
