/*
 * The audit: watches the threads of the handler by programs at the kernel's tracepoints, without stopping
 * them as a tracer does, and counts what each of their system calls costs the kernel.
 */
#pragma once

#include <sys/types.h>

#include "audit/table.h"

/* Begins to watch the process @pid, or skips the case where that cannot be done. */
void audit_start(pid_t pid);

/* Ends it. Return: what was seen; stays until the case ends. */
const struct audit_table *audit_stop(void);

/* Prints it, one line for each call; whoever fails a case on it has all of it before him. */
void audit_print(const struct audit_table *table);

/* Of a system call, "between calls", or "?". */
const char *audit_call_name(unsigned int call);
