/*
 * System calls with the result where C wants it: zero or a count, or a negative errno. Nothing here
 * opens, allocates or waits beyond what the kernel file behind the descriptor does.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/**
 * io_read_at_start() - read a small kernel file from its beginning
 * @text: filled and NUL-terminated; at most @size - 1 bytes are read
 *
 * Context: any; one pread, repeated on EINTR.
 * Errors:  the negative errno of pread; -ENODEV from a control group that is gone.
 * Return:  bytes read.
 */
int io_read_at_start(int fd, char *text, size_t size);

/**
 * io_write_at_start() - write @text in one call
 *
 * Errors:  the negative errno of pwrite; -EIO for a short write.
 */
int io_write_at_start(int fd, const char *text);

/* Adds one to an eventfd. A full counter is a success: the reader is awake already. */
int io_signal_event(int fd);

/* Empties an eventfd; -EAGAIN when it was empty. */
int io_drain_event(int fd);

/**
 * io_close() - close and forget
 * @fd: -1 afterwards; -1 before is allowed
 */
void io_close(int *fd);
