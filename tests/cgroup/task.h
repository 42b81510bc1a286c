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
	_Atomic uint32_t term_entered; /* its handler of SIGTERM has begun */
	_Atomic uint32_t term_done; /* ... has touched all it needed, and exits */
	char file[256];
};

/* What SIGTERM does to a task. */
enum task_term {
	TASK_TERM_DIE, /* the default */
	TASK_TERM_IGNORE,
	TASK_TERM_CLEAN, /* touches more memory, as a real one that saves its state, then exits 0 */
};

/* As whom a task appears; all but @comm may be left out. */
struct task_guise {
	const char *comm;
	const char *exe; /* basename of an executable of its own */
	const char *argument; /* with @exe: its one argument */
	uint32_t uid;
	int oom_score_adj; /* 0 to 1000 */
	enum task_term term;
	unsigned int term_mib; /* TASK_TERM_CLEAN: what its handler touches */
};

struct task {
	pid_t pid;
	bool reaped;
	int status; /* as waitpid(2) says, once reaped */
	struct task_page *page;
};

/* Starts a task named @name in @cg; it waits for orders. */
struct task *task_start(const struct cg *cg, const char *name);
struct task *task_start_as(const struct cg *cg, struct task_guise guise);

/* A process of its own making in @cg, for what a task cannot do; dies with the case. */
pid_t task_fork(const struct cg *cg, void (*run)(void));

/* Has it ended? Reaps it; may be asked once more often than that. */
bool task_forked_gone(pid_t pid);

/* For main(): a program that was started as a task's executable serves as one and never returns. */
void task_main(int argc, char **argv);

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
/* By somebody with ptrace(2); the process must be there. */
bool process_is_traced(pid_t pid);
