/*
 * Does a pattern fit a name? The automaton of shared/policy.h, all states at once in one word: a few
 * operations per byte whatever the pattern, so a name that a container chose costs no more than any
 * other.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "shared/policy.h"

#define PATTERN_START 1ULL /* the state "no token matched" of a pattern that stands alone */

/* Raw bytes up to a NUL, at most @size of them. Borrowed. */
struct subject {
	const char *text;
	size_t size;
};

/**
 * pattern_match() - whether @pattern takes all of @text
 * @text: raw bytes up to a NUL, at most @size of them
 *
 * Context: any; no allocation, no system call, no locale; linear in the length of @text.
 */
bool pattern_match(const struct pattern *pattern, const char *text, size_t size);

/**
 * pattern_run() - from @states over all of @subject
 *
 * For automata with more than one start, see bundle.h; else pattern_match().
 *
 * Context: as pattern_match().
 * Return:  the states reached; 0 as soon as there is none.
 */
uint64_t pattern_run(const struct pattern *pattern, uint64_t states, struct subject subject);
