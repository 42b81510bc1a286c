/*
 * Where a snapshot comes from, best first, and how a signal is sent. In one episode each source is tried
 * in this order until one answers.
 */
#pragma once

enum source {
	SOURCE_BPF, /* a program in the kernel walks the group and fills the roll (6.10) */
	SOURCE_ITER, /* one that is shown every task of the host does (5.8) */
	SOURCE_FACTS, /* the supervisor's sampler has read /proc */
	SOURCE_COUNT,
};

enum kill_method {
	KILL_METHOD_PIDFD,
	KILL_METHOD_BPF, /* identity and signal in one run in the kernel (6.13) */
	KILL_METHOD_COUNT,
};

/* How it stands with a source, or with a method, when it was last used or tried. */
enum source_state {
	SOURCE_STATE_ABSENT, /* what it needs has not come from the supervisor */
	SOURCE_STATE_READY,
	SOURCE_STATE_FAILED, /* tried again by the handler's periodic self-test */
	SOURCE_STATE_COUNT,
};
