/*
 * The second instance a drill runs: oomhandlerd with directories of its own on a tmpfs, an empty
 * configuration, and one policy, which names the scratch group alone.
 */
#pragma once

#include <limits.h>
#include <stdio.h>
#include <sys/types.h>

struct drill_instance {
	char directory[PATH_MAX]; /* holds all below; "" before it exists */
	char runtime_dir[PATH_MAX];
	char policy_dir[PATH_MAX];
	char policy_file[PATH_MAX];
	char state_dir[PATH_MAX];
	char config_file[PATH_MAX];
	char log_file[PATH_MAX]; /* its stderr */
	pid_t pid; /* 0: not started, or reaped */
	int status; /* as waitpid(2) gives it, once reaped */
};

/**
 * drill_instance_start() - make the directories and start the program
 * @instance: zeroed by the caller
 * @cgroup:   the one group it shall look after
 *
 * Errors:  -ENOENT without the program, -ENOTSUP without a tmpfs, else what the system says; the caller
 *          still calls drill_instance_done().
 */
int drill_instance_start(struct drill_instance *instance, const char *cgroup);

/* Notes whether it has ended; never waits. */
void drill_instance_reap(struct drill_instance *instance);

/**
 * drill_instance_stop() - SIGTERM, wait, SIGKILL; one that has ended already is only judged
 *
 * Errors:  -ETIMEDOUT when it had to be killed; -EPROTO when it ended with another status than 0.
 */
int drill_instance_stop(struct drill_instance *instance);

/* Copies its stderr to @out under a heading, escaped; nothing when it said nothing. */
void drill_instance_print_log(const struct drill_instance *instance, FILE *out);

/* Stops it if it runs and removes its directories. Return: 0, or -errno when something is left. */
int drill_instance_done(struct drill_instance *instance);
