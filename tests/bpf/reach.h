/*
 * Which instructions of a relocated program can be come to: what the verifier does not come to, it does
 * not judge, and a relocation may have failed there. Constants are followed through registers and the
 * stack, and a branch that hangs on one is taken one way; everything else is taken both ways. So this
 * finds less to be out of reach than the verifier does, never more.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>

#define REACH_MAX 8192 /* instructions */

/* @ret_reached: one for each of @count instructions, subprograms included. */
void reach_find(const struct bpf_insn *code, size_t count, bool *ret_reached);
