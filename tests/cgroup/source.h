/*
 * Where an instance takes its snapshots from and how it sends its signals, as it says itself; and what it
 * does when that fails: system calls of one of its parts are made to, by a tracer.
 */
#pragma once

#include "cgroup/instance.h"

/* Waits until the daemon decides by @source. Skips the case where the kernel does not let it. */
void source_expect(const struct instance *instance, const char *source);

/* ... and kills by orders to the kernel. Likewise. */
void source_expect_orders(const struct instance *instance);

/* Skips the case where @part (bpf.h) was refused by the kernel, or left out of this build. */
void source_need_part(const struct instance *instance, const char *part);

/* The record was decided by @source, and nothing better failed; or fails the case. */
void source_expect_record(struct json_object *record, const char *source);

/* The state of the board of @source ("bpf", "iter"), or of the kill ("kill"). */
bool source_is(const struct instance *instance, const char *source, const char *state);

/* One that makes system calls of @target's main thread fail. */
struct saboteur {
	pid_t tracer;
	pid_t target;
};

/**
 * saboteur_start() - from now on a system call of @target fails
 * @call: of strace(1)'s option inject, "bpf:error=ENOMEM"
 * @path: only on descriptors of that, as /proc/PID/fd shows it; NULL: all
 */
struct saboteur saboteur_start(pid_t target, const char *call, const char *path);
void saboteur_stop(const struct saboteur *saboteur);
