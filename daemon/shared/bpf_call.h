/*
 * The three calls of bpf(2) that guardian and handler make, without a library: to make the roll's map, to
 * know one again, and to run a program that somebody else has loaded.
 */
#pragma once

#include <stddef.h>

/**
 * bpf_map_make() - an array of one element of @size bytes that can be mapped
 *
 * Context: start.
 * Return:  its descriptor, close-on-exec, or the negative errno of bpf(2): -EPERM and -ENOSYS where it is
 *          not to be had.
 */
int bpf_map_make(const char *name, size_t size);

/* The size of the element of such a map. Errors: the negative errno of bpf(2). */
int bpf_map_size(int map, size_t *ret_size);

/**
 * bpf_run() - run a program of type syscall and wait for its end
 *
 * Context: handler loop; BPF_PROG_TEST_RUN without arguments allocates nothing (KERNEL.md K18). What it
 *          has to say it writes into its map.
 * Errors:  the negative errno of bpf(2).
 */
int bpf_run(int program);
