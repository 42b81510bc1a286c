/*
 * Allocation for the programs that may allocate: supervisor and ctl. Configuration is small, so
 * there is nothing sensible to do without memory but to end with a word; the guardian and the
 * handler go on.
 */
#pragma once

#include <stddef.h>

/* Says so on stderr and aborts. */
void memory_exhausted(void) __attribute__((noreturn));

/* Zeroed; never NULL; the caller frees. */
void *memory_new(size_t size) __attribute__((malloc));

/* As reallocarray(3), never NULL for a @count of at least 1. */
void *memory_grow(void *block, size_t count, size_t size);

/* A copy of @text; never NULL; the caller frees. */
char *memory_copy_text(const char *text) __attribute__((malloc));
