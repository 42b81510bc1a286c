/*
 * Patterns against names. The table covers each rule of glob.h from both sides; the properties hold
 * for every name, also hostile ones: what text_escape() prints is a pattern of exactly that name,
 * and no pattern of many stars takes long.
 */
#include <errno.h>
#include <stdbool.h>
#include <time.h>

#include "base/text.h"
#include "settings/glob.h"
#include "unit/test_settings_files.h"

struct match_case {
	const char *pattern;
	const char *path;
	bool match;
};

static const struct match_case match_cases[] = {
	{ "/", "/", true },
	{ "/", "/a", false },
	{ "/a", "/", false },
	{ "/a", "/a", true },
	{ "/a", "/A", false },
	{ "/a", "/ab", false },
	{ "/ab", "/a", false },
	{ "/a", "/a/b", false },
	{ "/a/b", "/a", false },
	/* one component */
	{ "/*", "/", false },
	{ "/*", "/a", true },
	{ "/*", "/a/b", false },
	{ "/a/*", "/a", false },
	{ "/a/*", "/a/b", true },
	{ "/a/*", "/a/b/c", false },
	{ "/a*", "/a", true },
	{ "/a*", "/abc", true },
	{ "/a*", "/ab/c", false },
	{ "/*.scope", "/docker-1.scope", true },
	{ "/*.scope", "/docker-1.scope.x", false },
	{ "/a*b*c", "/aXbYc", true },
	{ "/a*b*c", "/abbc", true },
	{ "/a*b*c", "/aXcYb", false },
	{ "/*a", "/aaa", true },
	{ "/a*a", "/a", false },
	{ "/?", "/a", true },
	{ "/?", "/", false },
	{ "/?", "/ab", false },
	{ "/a?c", "/a/c", false },
	{ "/*?", "/a", true },
	{ "/*?", "/", false },
	/* any depth */
	{ "/**", "/", false },
	{ "/**", "/a", true },
	{ "/**", "/a/b/c", true },
	{ "/a/**", "/a", false },
	{ "/a/**", "/a/b", true },
	{ "/a/**", "/a/b/c/d", true },
	{ "/a/**", "/ab/c", false },
	{ "/a/**/b", "/a/b", true },
	{ "/a/**/b", "/a/x/b", true },
	{ "/a/**/b", "/a/x/y/b", true },
	{ "/a/**/b", "/a/b/x", false },
	{ "/a/**/b", "/a/b/x/b", true },
	{ "/**/b", "/b", true },
	{ "/**/b/*", "/a/b/b/c", true },
	{ "/**/x/**/y", "/x/a/y", true },
	{ "/**/x/**/y", "/y/a/x", false },
	{ "/a/**/**", "/a", false },
	{ "/a/**/**", "/a/b", true },
	{ "/**/*/**/*", "/a", false },
	{ "/**/*/**/*", "/a/b", true },
	/* literal bytes and escapes */
	{ "/[ab]", "/a", false },
	{ "/[ab]", "/[ab]", true },
	{ "/{a,b}", "/{a,b}", true },
	{ "/\\*", "/*", true },
	{ "/\\*", "/a", false },
	{ "/\\?", "/a", false },
	{ "/\\\\", "/\\", true },
	{ "/\\*\\*", "/a", false },
	{ "/a\\x20b", "/a b", true },
	{ "/a\\x0ab", "/a\nb", true },
	{ "/a\\x0Ab", "/a\nb", true },
	{ "/a\\nb", "/a\nb", true },
	{ "/a\\nb", "/anb", false },
	{ "/a\\tb", "/a\tb", true },
	{ "/\\xff", "/\xff", true },
	{ "/?", "/\xff", true },
	{ "/a*b", "/a\n\x1b[31m\nb", true },
	{ "/system-\\\\x2d.slice", "/system-\\x2d.slice", true },
	{ "/system-\\x2d.slice", "/system--.slice", true },
};

START_TEST(test_match)
{
	const struct match_case *row = &match_cases[_i];
	const char *reason = "";

	ck_assert_msg(glob_check(row->pattern, &reason) == 0, "%s: %s", row->pattern, reason);
	ck_assert_msg(glob_match(row->pattern, row->path) == row->match, "%s against %s",
		      row->pattern, row->path);
}
END_TEST

static const char *const bad_patterns[] = {
	"",	 "a",	 "*",	   " /a",    "//",    "/a/",	"/a//b",    "/.",
	"/a/..", "/a\\", "/a\\/b", "/\\x2f", "/\\x0", "/\\x00", "/\\xg0",   "/\\x0g",
	"/\\q",	 "/\\Z", "/\\1",   "/a**",   "/**a",  "/***",	"/a\\\x01", "/\\x\x10\x10",
};

START_TEST(test_refused)
{
	const char *reason = NULL;

	ck_assert_int_eq(glob_check(bad_patterns[_i], &reason), -EINVAL);
	ck_assert_ptr_nonnull(reason);
	/* What must not be used must still not crash. */
	(void)glob_match(bad_patterns[_i], "/a/b");
}
END_TEST

static void escape_as_pattern(const char *name, char *pattern, size_t size)
{
	char escaped[1200];
	size_t used = 0;

	text_escape(name, escaped, sizeof(escaped));
	for (const char *at = escaped; *at && used + 2 < size; at++) {
		if (*at == '*' || *at == '?')
			pattern[used++] = '\\';
		pattern[used++] = *at;
	}
	pattern[used] = '\0';
}

START_TEST(test_escaped_name_is_its_pattern)
{
	char name[] = "/x_y";
	char pattern[64];
	const char *reason = "";

	name[2] = (char)_i;
	if (_i == '/')
		return;
	escape_as_pattern(name, pattern, sizeof(pattern));
	ck_assert_msg(glob_check(pattern, &reason) == 0, "%s: %s", pattern, reason);
	ck_assert(glob_match(pattern, name));
	name[2] = (char)(_i == 0xff ? 1 : _i + 1);
	ck_assert(!glob_match(pattern, name));
}
END_TEST

/* The worst of both loops: exponential in the number of stars if each were tried again. */
START_TEST(test_many_stars_are_quick)
{
	char pattern[600] = "/";
	char path[4000] = "/";
	struct timespec begin;
	struct timespec end;

	for (int i = 0; i < 60; i++)
		strcat(pattern, "a*");
	strcat(pattern, "b");
	memset(path + 1, 'a', 254);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	ck_assert(!glob_match(pattern, path));
	*pattern = *path = '\0';
	for (int i = 0; i < 60; i++)
		strcat(pattern, "/**/*a");
	strcat(pattern, "/b");
	for (int i = 0; i < 1000; i++)
		strcat(path, "/aa");
	ck_assert(!glob_match(pattern, path));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	ck_assert_int_lt(end.tv_sec - begin.tv_sec, 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("settings_glob");
	TCase *tests = tcase_create("glob");

	tcase_add_loop_test(tests, test_match, 0, sizeof(match_cases) / sizeof(*match_cases));
	tcase_add_loop_test(tests, test_refused, 0, sizeof(bad_patterns) / sizeof(*bad_patterns));
	tcase_add_loop_test(tests, test_escaped_name_is_its_pattern, 1, 256);
	tcase_add_test(tests, test_many_stars_are_quick);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
