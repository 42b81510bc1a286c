/*
 * What every unit test starts from: Check, and a main() that runs one suite. How many tests passed is
 * told through Check's TAP log, which tests/run.sh asks for by CK_TAP_LOG_FILE_NAME.
 */
#pragma once

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define UNIT_COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* Compared as memory: Check's string assertions would stop at the first NUL. */
#define unit_assert_untouched(value, pattern)                                                      \
	for (size_t at_ = 0; at_ < sizeof(value); at_++)                                           \
	ck_assert_uint_eq(((const unsigned char *)&(value))[at_], (pattern))

/* A memfd that holds @text and stands at its end; the caller closes it. */
static inline int unit_file(const char *text)
{
	int fd = memfd_create("unit", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return fd;
}

static inline int unit_run_as(Suite *suite, enum fork_status forks)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_set_fork_status(runner, forks);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* For main(): run @suite, print what failed, and turn the result into an exit status. */
static inline int unit_run(Suite *suite)
{
	return unit_run_as(suite, CK_FORK_GETENV);
}

/* ... for cases that take over descriptors of the process they run in. */
static inline int unit_run_forked(Suite *suite)
{
	return unit_run_as(suite, CK_FORK);
}

/* A suite of one case, to which the tests are added. */
static inline Suite *unit_suite(const char *name, TCase **ret_tests)
{
	Suite *suite = suite_create(name);

	*ret_tests = tcase_create(name);
	tcase_set_timeout(*ret_tests, 30);
	suite_add_tcase(suite, *ret_tests);
	return suite;
}
