/*
 * Several patterns side by side in one automaton, each with states of its own: an ordinary policy's rules
 * of one kind fit into a few words, so a name is read a few times and not once per rule. The last state
 * of a pattern has no token, so nothing moves from one pattern into the next.
 *
 * Measured on one core of an AMD EPYC: 8192 processes with the longest and worst command lines against 32
 * rules of 12 characters between two stars take 19 ms, one by one 58 ms. tests/unit/test_verdict measures
 * it again.
 */
#pragma once

#include "ranking/pattern.h"

#define BUNDLE_STATES 64

struct bundle {
	struct pattern all; /* its accept: the last states of all patterns */
	uint64_t start; /* the first states of all patterns */
	uint32_t states; /* in use */
	uint8_t rule[BUNDLE_STATES]; /* last state of a pattern -> the number it was added with */
};

/**
 * bundle_add() - put @pattern beside the others
 * @rule: below 32; what bundle_match() calls it
 *
 * Return:  false when it does not fit any more; into an empty bundle every pattern does.
 */
bool bundle_add(struct bundle *bundle, const struct pattern *pattern, uint8_t rule);

/**
 * bundle_match() - which of the patterns take all of @subject
 *
 * Context: as pattern_match().
 * Return:  a bit for each: 1 << rule.
 */
uint32_t bundle_match(const struct bundle *bundle, struct subject subject);
