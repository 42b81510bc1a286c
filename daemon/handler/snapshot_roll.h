/*
 * Sources `bpf` and `iter`: the processes as the roll names them, each with what the sampler knows of the
 * same process: its command line, and where its descriptors are.
 */
#pragma once

#include "handler/handler.h"

/**
 * snapshot_take_roll() - fill handler->snapshot, which is empty, from an answer of roll_ask()
 *
 * Context: loop; no system call; linear in the slots, the facts of the subtree and the entries of the
 *          roll.
 */
void snapshot_take_roll(struct handler *handler, const struct snapshot_question *question);
