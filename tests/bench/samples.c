/* See samples.h. */
#include "bench/samples.h"

#include <stdio.h>
#include <stdlib.h>

#define ROUNDS 20

unsigned int rounds_wanted(unsigned int most)
{
	const char *text = getenv("ROUNDS");
	int rounds = text ? atoi(text) : ROUNDS;

	if (rounds < 1)
		rounds = ROUNDS;
	return (unsigned int)rounds < most ? (unsigned int)rounds : most;
}

void samples_clear(struct samples *samples)
{
	samples->count = 0;
}

void samples_add(struct samples *samples, struct nsec sample)
{
	if (samples->count < SAMPLES_MOST)
		samples->nsec[samples->count++] = sample.count;
}

static int compare(const void *one, const void *other)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

	return (a > b) - (a < b);
}

struct nsec samples_percentile(struct samples *samples, unsigned int percent)
{
	unsigned int rank = (samples->count * percent + 99) / 100;

	if (samples->count == 0)
		return (struct nsec){ 0 };
	qsort(samples->nsec, samples->count, sizeof(samples->nsec[0]), compare);
	return (struct nsec){ samples->nsec[rank ? rank - 1 : 0] };
}

double samples_ratio(struct samples *samples, struct samples *to)
{
	uint64_t one = samples_percentile(samples, 50).count,
		 other = samples_percentile(to, 50).count;

	return other ? (double)one / (double)other : 0.0;
}

static double usec_of(struct samples *samples, unsigned int percent)
{
	return (double)samples_percentile(samples, percent).count / NSEC_PER_USEC;
}

void samples_print(const char *label, const char *name, struct samples *samples)
{
	printf("  %-31s %-16s", label, name);
	if (samples->count == 0)
		printf(" %10s %10s %10s", "-", "-", "-");
	else
		printf(" %10.1f %10.1f %10.1f", usec_of(samples, 50), usec_of(samples, 99),
		       usec_of(samples, 100));
}

void samples_print_head(const char *title)
{
	printf("%s\n  %-31s %-16s %10s %10s %10s", title, "", "", "p50", "p99", "max");
}

void aim_print(const char *what, double most, double is)
{
	printf("  aim: %s at most %.2f: %.2f, %s\n", what, most, is, is <= most ? "met" : "missed");
}
