/*
 * What /proc/PID/status says about one process. Of all files there that tell a size, status is among
 * the few that never hang on a lock of the process itself (KERNEL.md K8: safe on 5.10 to 6.18); stat,
 * cmdline and the like are read by a process that may be lost over it (reader.h).
 *
 * The name in it is chosen by the process. The kernel writes newline and backslash in it as \n and \\,
 * so every line is a real line; nothing else is escaped (fs/proc/array.c, proc_task_name(), 6.12).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shared/facts.h"

struct proc_status {
	char comm[FACTS_COMM_SIZE]; /* raw: hostile */
	char state; /* R, S, D, T, t, Z, X, I, … */
	uint32_t parent_pid;
	uint32_t uid; /* real */
	uint32_t threads;
	bool kernel_thread;
	bool killed; /* SIGKILL is pending */
	bool nested; /* in a pid namespace below the one /proc shows */
	bool has_memory; /* false: it has no address space, or none any more */
	uint64_t vm_size; /* bytes, as all sizes here */
	uint64_t anon;
	uint64_t file;
	uint64_t shmem;
	uint64_t swap;
	uint64_t page_tables;
};

/**
 * proc_status_parse() - the fields of struct proc_status from the file's text
 * @text: NUL-terminated; cut anywhere
 *
 * Context: any; no allocation.
 * Errors:  -EBADMSG when a field that every kernel since 5.4 writes is missing or unreadable: the text
 *          was cut, or is not a status file. @ret_status is then untouched.
 */
int proc_status_parse(const char *text, struct proc_status *ret_status);

/**
 * proc_status_read() - read and parse /proc/@pid/status
 *
 * Of a leader that has exited while other threads hold the memory, the sizes are taken from the first
 * such thread.
 *
 * Context: sampler thread. The reader may do the last work of an exiting process (it holds a reference
 *          to its memory meanwhile): never read a process again once it is known to be dying.
 * Errors:  -ESRCH or -ENOENT when it is gone, -EBADMSG as proc_status_parse(), else what open says.
 */
int proc_status_read(uint32_t pid, struct proc_status *ret_status);
