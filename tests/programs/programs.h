/*
 * Our programs in the kernel without the daemon: a case loads them as the supervisor does and asks them
 * as the handler does, so what they say can be held against /proc. They go with the case.
 */
#pragma once

#include <sys/types.h>

#include "cgroup/cg.h"
#include "shared/roll.h"
#include "supervisor/bpf.h"

/* Loads them, once per case; of @wish only the bounds count. Skips the case without @part. */
void programs_load(enum bpf_part part, struct bpf_wish wish);

/* Return: the question about all of @cg. */
struct roll_question programs_question(const struct cg *cg);

/* The answers; expected to be to this question, and to have come to the end without an error. */
const struct roll *programs_call(struct roll_question question);
const struct roll *programs_iterate(struct roll_question question);

/* As programs_call(), whatever the answer says. */
const struct roll *programs_call_any(struct roll_question question);

/* The entry of @pid, NULL without one. */
const struct roll_task *programs_find(const struct roll *roll, pid_t pid);

/* The order that names @task, for programs_order(). */
struct roll_order programs_order_of(const struct roll_task *task);

/* Carries out one order, with @signal_number if @program is ROLL_SIGNAL. Return: what became of it. */
int programs_order(enum roll_program program, struct roll_order order, int signal_number);

/* ... or many, in one run; what became of each stands in the roll. */
const struct roll *programs_order_all(const struct roll_order *orders, uint32_t count,
				      int signal_number);
