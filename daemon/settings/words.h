/*
 * "enforce, dry-run or ignore": a list as a sentence says it, for messages that name what was
 * expected. One word is held back until it is known whether another follows.
 */
#pragma once

#include <stddef.h>

#define WORDS_ONE 64

struct words {
	char *text; /* borrowed */
	size_t size;
	size_t used;
	size_t count; /* words added */
	char held[WORDS_ONE];
};

/* What does not fit is cut. */
void words_add(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Return: the text of @words. */
char *words_end(struct words *words);
