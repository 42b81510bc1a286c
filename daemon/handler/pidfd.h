/*
 * Signals go to processes by descriptor, never by number: a number may have come to mean somebody else.
 */
#pragma once

#include <stdint.h>

/**
 * pidfd_signal() - send a signal
 *
 * Context: any; the kernel allocates nothing for SIGKILL.
 * Errors:  -ESRCH when the process has exited and was reaped, else the kernel's.
 */
int pidfd_signal(int pidfd, int signal_number);

/**
 * pidfd_of() - a descriptor of the process that has the number @pid now, close-on-exec
 *
 * Context: any; two allocations in the kernel.
 * Errors:  the negative errno of pidfd_open(2).
 */
int pidfd_of(uint32_t pid);
