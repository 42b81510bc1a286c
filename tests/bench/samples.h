/*
 * What was measured: times of one kind, their percentiles, and the lines they are printed in.
 */
#pragma once

#include "base/clock.h"

#define SAMPLES_MOST 2000

struct samples {
	uint64_t nsec[SAMPLES_MOST]; /* in order once a percentile was asked for */
	unsigned int count;
};

/* ROUNDS of the environment, else 20; at least 1, at most @most. */
unsigned int rounds_wanted(unsigned int most);

void samples_clear(struct samples *samples);
/* What finds no room any more is left out. */
void samples_add(struct samples *samples, struct nsec sample);

/* Nearest rank: of 20 samples the p99 is the largest. Zero of none. */
struct nsec samples_percentile(struct samples *samples, unsigned int percent);

/* One median by the other; 0 where there is none. */
double samples_ratio(struct samples *samples, struct samples *to);

/* "  LABEL NAME p50 p99 max" in microseconds; the caller ends the line. */
void samples_print(const char *label, const char *name, struct samples *samples);
/* The names of these columns, with a title above; the caller ends the line. */
void samples_print_head(const char *title);

/* "  aim: WHAT at most MOST: IS, met". */
void aim_print(const char *what, double most, double is);
