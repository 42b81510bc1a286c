/*
 * Starting the two children: found once, then forked with exactly the descriptors of shared/inherit.h
 * and default signals.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* One inherited descriptor: @from is above all targets, see spawn_lift(). */
struct spawn_fd {
	int from; /* -1: the child does not get this one */
	int to;
};

struct spawn {
	char program[PATH_MAX]; /* absolute */
	char **argv;
	bool ordinary; /* gives up the guardian's protection before the exec */
	const struct spawn_fd *fds;
	size_t fd_count;
};

/**
 * spawn_find() - the helper beside our own binary, else in LIBEXECDIR
 *
 * Errors:  -ENOENT when it is in neither place or not executable.
 */
int spawn_find(const char *name, char ret_program[static PATH_MAX]);

/**
 * spawn_lift() - move a descriptor above every inherited number, close-on-exec
 * @fd: replaced; the old number is closed
 *
 * So that dup2 in the child never overwrites a source that is still needed.
 */
int spawn_lift(int *fd);

/**
 * spawn_start() - fork, arrange, exec
 *
 * Errors:  the negative errno of fork or pidfd_open. A failing exec shows as exit status 127.
 */
int spawn_start(const struct spawn *spawn, pid_t *ret_pid, int *ret_pidfd);
