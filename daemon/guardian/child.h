/*
 * One of the guardian's two children: running or not, since when, and when it may run again. A child
 * that dies young is started again after a growing time, so a program that cannot run does not occupy
 * the machine it is meant to protect.
 */
#pragma once

#include <stdbool.h>

#include "base/units.h"
#include "guardian/spawn.h"

struct child {
	const char *name; /* for messages */
	struct spawn spawn;
	pid_t pid; /* 0: not running */
	int pidfd; /* -1: not running; owner: the child */
	bool doomed; /* SIGKILL was sent */
	struct nsec started;
	struct nsec back_off;
	struct nsec restart_at;
};

/* Starts it. A failure is said and counts as a death: it is tried again after the back-off. */
void child_start(struct child *child);

/* A signal that is lost on a child that has just died is not needed any more. */
void child_signal(struct child *child, int number);

/**
 * child_reap() - its pidfd was readable
 *
 * Return:  what it ended with: an exit status, or 128 and the number of the signal.
 */
int child_reap(struct child *child);

/* From now on it may be started again after the back-off. */
void child_back_off(struct child *child);
