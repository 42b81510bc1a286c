/*
 * The behavioural half of the kernel gate: two children of our own run into the limit of a scratch group
 * whose killer is off.
 *
 *     <mount>/oomhandlerd-gate-<pid>    4 MiB, oom_kill_disable 1
 *         reader     read(2)s /dev/zero into untouched memory: must come back at once, cut short
 *         toucher    touches memory: must fall asleep, be announced by the eventfd, be woken by a
 *                    raised limit, fall asleep again, and die of SIGKILL
 *
 * The reader is the decisive one: without the commit it would sleep inside the system call, holding
 * whatever that call holds.
 */
#pragma once

#include <stddef.h>

/**
 * gate_probe_run() - run both, clean up in any case
 * @ret_seen: one line for people: what was seen that should not have been; "" when all is well
 *
 * Context: supervisor before it has threads; forks; each step has a deadline of 2 s.
 * Errors:  -ENOTSUP when the kernel behaves otherwise, else what kept it from being tried.
 */
int gate_probe_run(const char *memory_mount, char *ret_seen, size_t size);
