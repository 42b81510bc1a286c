/*
 * The witness against the roll: what /proc says of the same process. Exactly the same holds only while the
 * process stands still, and where the kernel adds up the counters of all processors for /proc as well
 * (get_mm_counter_sum(), fs/proc/task_mmu.c, read at v6.18; before 6.17 these files may say an estimate).
 */
#pragma once

#include "shared/roll.h"

/* Fails the case with the first thing that /proc says otherwise of the process of @task. */
void witness_expect(const struct roll_task *task);

/* What statm says is resident, in pages; 0 when there is no such process. */
uint64_t witness_resident(uint32_t pid);

/* A line of /proc/PID/status. */
uint64_t witness_status(uint32_t pid, const char *key);
