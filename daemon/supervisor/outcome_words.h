/*
 * Words for the numbers of shared/outcome.h, source.h and policy.h that people read in records, on the
 * status page and in `explain`. They are here and nowhere else, and part of the interface: a word that
 * was released is never changed.
 */
#pragma once

#include <stdint.h>

/* "unknown" for a number that is none of the enumerators: another process wrote it. */
const char *outcome_kind_name(uint32_t kind);
const char *outcome_proof_name(uint32_t proof);
const char *outcome_tier_name(uint32_t tier);
const char *outcome_victim_end_name(uint32_t end);
const char *outcome_step_name(uint32_t kind); /* enum step_kind */
const char *outcome_step_result_name(uint32_t result);
const char *outcome_order_name(uint32_t order); /* enum policy_order */
const char *outcome_unit_name(uint32_t unit); /* enum policy_unit */
const char *outcome_stat_name(uint32_t stat); /* enum facts_stat, as memory.stat says them */
const char *outcome_source_name(uint32_t source);
const char *outcome_source_state_name(uint32_t state); /* enum source_state */
const char *outcome_kill_method_name(uint32_t method);

#define OUTCOME_SIGNAL_SIZE 24

/* "SIGTERM"; "kernel" for 0, a victim that was left to the kernel's killer. Return: @name. */
const char *outcome_signal_name(uint32_t number, char name[static OUTCOME_SIGNAL_SIZE]);
