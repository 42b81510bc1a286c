/*
 * Random input that can be had again: the seed is fixed, printed, and taken from SEED= in the environment
 * when that is set. Check runs each test in a process of its own, so each begins with its own number.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define RANDOM_SEED 20130913ULL

static uint64_t random_state;

static inline uint64_t random_seed(void)
{
	const char *text = getenv("SEED");

	return text ? strtoull(text, NULL, 0) : RANDOM_SEED;
}

/* Called from main(): what must be set to have the same run again. */
static inline void random_announce(void)
{
	printf("SEED=%llu\n", (unsigned long long)random_seed());
	fflush(stdout);
}

/* Begins the sequence of test number @test. */
static inline void random_start(int test)
{
	random_state = random_seed() + (uint64_t)test * 0x9e3779b97f4a7c15ULL;
}

/* splitmix64 */
static inline uint64_t random_next(void)
{
	uint64_t value = random_state += 0x9e3779b97f4a7c15ULL;

	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ULL;
	value = (value ^ value >> 27) * 0x94d049bb133111ebULL;
	return value ^ value >> 31;
}

static inline uint32_t random_below(uint32_t bound)
{
	return (uint32_t)(random_next() % bound);
}
