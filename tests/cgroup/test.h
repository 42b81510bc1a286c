/*
 * The frame of a test on real groups. Each case runs in a process of its own, below a watchdog that is
 * its subreaper: whatever the case started, the daemon included, is a descendant of the watchdog and is
 * killed by it, and the groups and files are removed, however the case ended.
 *
 *     runner ── program (watchdog) ── case ── daemon, tasks, file server
 *
 * A case says nothing when it passes. expect() ends it as failed, test_skip() as skipped; the watchdog
 * prints PASS, FAIL or SKIP, and on failure the daemon's log and what the groups looked like.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "cgroup/task.h"

#define TEST_SECONDS 60 /* for a case that names no other limit */

struct test {
	const char *name;
	void (*run)(void);
	unsigned int seconds; /* 0: TEST_SECONDS */
};

/* For main(). Return: its exit status. */
int test_main(const struct test *tests, size_t count);

#define TEST_MAIN(tests)                                                                           \
	int main(int argc, char **argv)                                                            \
	{                                                                                          \
		task_main(argc, argv);                                                             \
		return test_main(tests, sizeof(tests) / sizeof((tests)[0]));                       \
	}

/* The scratch folder of this case, on tmpfs; removed by the watchdog. */
const char *test_folder(void);

/* Ends the case. */
void test_fail(const char *where, const char *format, ...)
	__attribute__((noreturn, format(printf, 2, 3)));
void test_skip(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* A line in the log: a figure that was measured. */
void test_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

void test_nap_msec(unsigned int msec);
unsigned int test_msec_since(struct nsec start);

#define TEST_TEXT_(x) #x
#define TEST_TEXT(x) TEST_TEXT_(x)
#define TEST_HERE __FILE__ ":" TEST_TEXT(__LINE__)

#define expect(condition)                                                                          \
	do {                                                                                       \
		if (!(condition))                                                                  \
			test_fail(TEST_HERE, "not so: %s", #condition);                            \
	} while (0)

/* Looks every two milliseconds until @condition holds or @msec have passed: never a bare sleep. */
#define within(msec, condition)                                                                    \
	({                                                                                         \
		struct nsec within_end_ = nsec_after(clock_now(), nsec_from_msec(msec));           \
		bool within_met_;                                                                  \
		while (!(within_met_ = (condition)) && !nsec_reached(clock_now(), within_end_))    \
			test_nap_msec(2);                                                          \
		within_met_;                                                                       \
	})

#define expect_within(msec, condition)                                                             \
	do {                                                                                       \
		if (!within(msec, condition))                                                      \
			test_fail(TEST_HERE, "not within %d ms: %s", (int)(msec), #condition);     \
	} while (0)

/* @condition holds now and at every look for @msec. */
#define expect_for(msec, condition)                                                                \
	do {                                                                                       \
		if (within(msec, !(condition)))                                                    \
			test_fail(TEST_HERE, "not for %d ms: %s", (int)(msec), #condition);        \
	} while (0)
