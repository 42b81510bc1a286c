/*
 * Processes that are real: children of the test that wait to be killed.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

static inline pid_t child_make(void)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		alarm(60);
		for (;;)
			pause();
	}
	return pid;
}

/* No: dead and not reaped yet, or reaped. */
static inline bool child_is_alive(pid_t pid)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		return false;
	return info.si_pid == 0;
}

/* Dead, or within a second: the signal was sent, the rest is the kernel's. */
static inline bool child_has_died(pid_t pid)
{
	for (int i = 0; i < 1000 && child_is_alive(pid); i++)
		usleep(1000);
	return !child_is_alive(pid);
}
