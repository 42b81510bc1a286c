/*
 * What can be said of a process in a word, whoever looked: the sampler in /proc, or a program in the
 * kernel. The programs of bpf/ include this, so nothing of the C library may.
 */
#pragma once

#define FACTS_COMM_SIZE 16
#define FACTS_EXE_SIZE 32 /* longer names are cut; so are patterns' subjects */

enum fact_flag {
	FACT_KERNEL_THREAD = 1 << 0,
	FACT_DYING = 1 << 1, /* being killed, or dead: no thread left that will hold its memory */
	FACT_OURS = 1 << 2, /* a program of this daemon */
	FACT_ZOMBIE_LEADER = 1 << 3, /* leader has exited, other threads hold the memory */
	FACT_HOST_PID_NAMESPACE =
		1 << 4, /* in the daemon's own pid namespace, not in a container's */
	/* From /proc: the main thread is in uninterruptible sleep. Else: a thread waits in an OOM. */
	FACT_ASLEEP = 1 << 5,
	FACT_DETAILS = 1 << 6, /* exe, start and mm are known */
	FACT_DETAILS_REFUSED =
		1 << 7, /* they could not be read in time, and will not be asked for again */
	FACT_CMDLINE = 1 << 8, /* cmdline is known */
	/* What /proc does not tell: */
	FACT_FROZEN = 1 << 9, /* the main thread stands in the freezer */
	FACT_ESTIMATED = 1 << 10, /* sizes leave out what the processors have not added up yet */
	FACT_MMAP_WRITER = 1 << 11, /* mmap_lock, at that instant: held for writing, */
	FACT_MMAP_READERS = 1 << 12, /* held for reading, */
	FACT_MMAP_WAITERS = 1 << 13, /* or waited for */
};
