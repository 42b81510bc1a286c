/*
 * Tasks of a test: processes in a group that touch memory when told to, and tell through a shared page
 * how far they got. They are children of the case and die with it.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup/cg.h"

enum task_order {
	TASK_WAIT,
	TASK_EXIT,
	TASK_FILE, /* fault in task_page.file */
};

struct task_page {
	_Atomic uint32_t bell; /* futex: rises with every order */
	_Atomic uint32_t ready;
	_Atomic uint32_t order; /* enum task_order */
	_Atomic uint64_t wanted; /* bytes of anonymous memory to have touched */
	_Atomic uint64_t touched;
	_Atomic uint64_t stamp; /* CLOCK_MONOTONIC in ns, right before the latest page */
	char file[256];
};

struct task {
	pid_t pid;
	bool reaped;
	int status; /* as waitpid(2) says, once reaped */
	struct task_page *page;
};

/* Starts a task named @name in @cg; it waits for orders. */
struct task *task_start(const struct cg *cg, const char *name);

/* Orders; none of them waits. */
void task_touch(struct task *task, unsigned int mib);
void task_touch_bytes(struct task *task, uint64_t bytes);
void task_exit(struct task *task);
void task_fault_file(struct task *task, const char *path);

/* Touches and waits until it is done. */
void task_fill(struct task *task, unsigned int mib);

bool task_done(const struct task *task);
bool task_exited(struct task *task);
bool task_killed(struct task *task);
/* In uninterruptible sleep, as tasks are that wait for the end of an OOM. */
bool task_asleep(const struct task *task);
void task_kill(struct task *task);

/* 'R', 'S', 'D', 'T', 'Z' ..., '-' when there is no such process. */
char process_state(pid_t pid);
bool process_stopped(pid_t pid);
