/*
 * The roll call: the question is written, a program in the kernel is run, and what it has written is
 * checked before anybody believes it. See shared/roll.h.
 */
#pragma once

#include "handler/handler.h"

/* Has what @source needs come from the supervisor? Of SOURCE_FACTS it has. */
bool roll_can_ask(const struct handler *handler, enum source source);

/**
 * roll_ask() - have the processes of the subtree of @inode listed in the roll
 * @source: SOURCE_BPF or SOURCE_ITER
 *
 * Where they are more than the roll holds, or more than the program can add up exactly in one run, it is
 * asked once more: for the largest ones, and exact where it matters.
 *
 * Context: loop; SOURCE_BPF: one or two runs of a program, which allocate nothing (KERNEL.md K18), linear
 *          in the processes of the subtree; SOURCE_ITER: one or two descriptors read to their ends, linear
 *          in the tasks of the host, and the kernel allocates a buffer for each.
 * Errors:  of the system call or what the program says, -ENODEV: it finds no such group; -EPROTO for an
 *          answer that is none, -ECANCELED for one that breaks off. Nothing in the roll is worth anything then.
 */
int roll_ask(struct handler *handler, enum source source, uint64_t inode);
