/*
 * The door to inih: what reaches the listener, with which line number, and what is refused. The
 * captured story of a file is one text: `line[section]` and `line:key=value` separated by blanks.
 */
#include <errno.h>

#include "settings/ini.h"
#include "unit/test_settings_files.h"

struct story {
	char text[6000];
};

static void story_section(void *user, const struct problem_site *site, const char *name)
{
	struct story *story = user;
	size_t used = strlen(story->text);

	snprintf(story->text + used, sizeof(story->text) - used, "%u[%s] ", site->line,
		 name ? name : "?");
}

static void story_pair(void *user, const struct problem_site *site, const char *key,
		       const char *value)
{
	struct story *story = user;
	size_t used = strlen(story->text);

	snprintf(story->text + used, sizeof(story->text) - used, "%u:%s=%s ", site->line, key,
		 value);
}

static int story_load(const char *path, struct story *story, struct problems *problems)
{
	const struct ini_listener listener = {
		.section = story_section,
		.pair = story_pair,
		.user = story,
	};

	*story->text = '\0';
	return ini_load(path, &listener, problems);
}

struct story_case {
	const char *text;
	const char *story;
};

static const struct story_case good_cases[] = {
	{ "", "" },
	{ "\n\n", "" },
	{ "[a]\nb=c\n", "1[a] 2:b=c " },
	{ "[a]\nb=c", "1[a] 2:b=c " },
	{ "# x\n\n; y\n[a]\n\n# z\nb=c\n\nd=e\n", "4[a] 7:b=c 9:d=e " },
	{ "\xef\xbb\xbf[a]\r\nb=c\r\n", "1[a] 2:b=c " },
	{ "[a]\n \t b \t = \t c d \t\n", "1[a] 2:b=c d " },
	{ " [a] \n", "1[a] " },
	{ "[a]\nb=\n", "1[a] 2:b= " },
	/* comments */
	{ "[a] # x\nb=c # x\nd=e\t; x\nf= #\n", "1[a] 2:b=c 3:d=e 4:f= " },
	{ "[a]\nb=c#x\nd=e;x\nf=\\# \\;\n", "1[a] 2:b=c#x 3:d=e;x 4:f=\\# \\; " },
	{ "[a]\n  # x=y\n\t;z=0\n", "1[a] " },
	{ "[a]\n# \x1b[31m\nb=c\td\x80\n", "1[a] 3:b=c\td\x80 " },
	/* what a value may hold */
	{ "[a]\nb=c=d\ne=f:g\nh=[i]\n", "1[a] 2:b=c=d 3:e=f:g 4:h=[i] " },
	{ "[a]\nb=\"c\"\n", "1[a] 2:b=\"c\" " },
	/* an indented line is its own */
	{ "[a]\nb=c\n  d=e\n\tf=g\n", "1[a] 2:b=c 3:d=e 4:f=g " },
	/* the same key and section again are the listener's business */
	{ "[a]\nb=1\n[a]\nb=2\n", "1[a] 2:b=1 3[a] 4:b=2 " },
	{ "b=c\n", "1:b=c " },
};

START_TEST(test_good)
{
	struct problems problems = { 0 };
	struct story story;

	ck_assert_int_eq(story_load(files_write("a.conf", good_cases[_i].text), &story, &problems),
			 0);
	ck_assert_str_eq(story.text, good_cases[_i].story);
	ck_assert_uint_eq(problems.count, 0);
}
END_TEST

struct bad_case {
	const char *text;
	unsigned int line;
	const char *part; /* of the problem's text */
	const char *story; /* what is told nevertheless */
};

static const struct bad_case bad_cases[] = {
	{ "[a]\nb\nc=d\n", 2, "'b' is not understood, expected [Section]", "1[a] 3:c=d " },
	{ "[a]\nb=c\nlast", 3, "'last' is not understood, expected [Section]", "1[a] 2:b=c " },
	{ "[a]\nb=c\n  more\nd=e\n", 3, "'more' is not understood, expected [Section]",
	  "1[a] 2:b=c 4:d=e " },
	{ "[a]\nb: c\n", 2, "':' stands", "1[a] " },
	{ "[a]\nb: c=d\n", 2, "':' stands", "1[a] " },
	{ "[a]\n=c\n", 2, "no key before '=', expected Key=Value", "1[a] " },
	{ "[a\nb=c\n", 1, "'[a' is not a section", "1[?] 2:b=c " },
	{ "[a]b\n", 1, "is not a section", "1[?] " },
	{ "[a] b=c\n", 1, "is not a section", "1[?] " },
	{ "[]\n", 1, "is not a section", "1[?] " },
	{ "[a]]\n", 1, "is not a section", "1[?] " },
	{ "[[a]\n", 1, "is not a section", "1[?] " },
	{ "[a]\n\x1b[31m\n", 2, "holds the control byte \\x1b, expected text", "1[a] " },
	{ "[a]\nb=c\x7f\nd=e\n", 2, "holds the control byte \\x7f, expected text", "1[a] 3:d=e " },
	{ "[a]\nb=c\rd\n", 2, "holds the control byte \\x0d, expected text", "1[a] " },
	{ "[a\x01]\nb=c\n", 1, "holds the control byte \\x01, expected text", "2:b=c " },
	{ "[a]\n\xef\xbb\xbf\n", 2, "\\xef\\xbb\\xbf", "1[a] " },
};

START_TEST(test_bad)
{
	const struct bad_case *row = &bad_cases[_i];
	struct problems problems = { 0 };
	struct story story;

	ck_assert_int_eq(story_load(files_write("a.conf", row->text), &story, &problems), -EINVAL);
	ck_assert_uint_eq(problems.count, 1);
	ck_assert_uint_eq(problems.errors, 1);
	ck_assert_msg(problems_hold(&problems, row->line, row->part), "line %u: %s",
		      problems.list[0].line, problems.list[0].text);
	ck_assert_str_eq(story.text, row->story);
	problems_done(&problems);
}
END_TEST

START_TEST(test_every_error_is_listed)
{
	struct problems problems = { 0 };
	struct story story;

	ck_assert_int_eq(story_load(files_write("a.conf", "[a\nb\nc:d\n=e\nf=g\nh\n"), &story,
				    &problems),
			 -EINVAL);
	ck_assert_uint_eq(problems.errors, 5);
	for (unsigned int i = 0; i < 4; i++)
		ck_assert_uint_eq(problems.list[i].line, i + 1);
	ck_assert_uint_eq(problems.list[4].line, 6);
	ck_assert_str_eq(story.text, "1[?] 5:f=g ");
	problems_done(&problems);
}
END_TEST

START_TEST(test_nul_bytes)
{
	static const char text[] = "[a]\nb=c\0d\ne=f\n\0\n";
	struct problems problems = { 0 };
	struct story story;

	ck_assert_int_eq(story_load(files_write_bytes("a.conf", text, sizeof(text) - 1), &story,
				    &problems),
			 -EINVAL);
	ck_assert_uint_eq(problems.errors, 2);
	ck_assert(problems_hold(&problems, 2, "NUL"));
	ck_assert(problems_hold(&problems, 4, "NUL"));
	ck_assert_str_eq(story.text, "1[a] 3:e=f ");
	problems_done(&problems);
}
END_TEST

/* inih cuts what does not fit its buffer: no line may come near that. */
START_TEST(test_long_lines)
{
	char text[3 * INI_LINE_MAX];
	struct problems problems = { 0 };
	struct story story;
	int length = INI_LINE_MAX + _i;

	snprintf(text, sizeof(text), "[a]\nb=%0*d\nc=d\n", length - 2, 7);
	int ret = story_load(files_write("a.conf", text), &story, &problems);

	ck_assert_int_eq(ret, _i > 0 ? -EINVAL : 0);
	ck_assert(problems_hold(&problems, 2, "too long, expected at most 4096") == (_i > 0));
	ck_assert_uint_eq(problems.errors, _i > 0 ? 1 : 0);
	ck_assert_ptr_nonnull(strstr(story.text, "3:c=d "));
	if (_i <= 0)
		ck_assert_uint_eq(strlen(story.text),
				  strlen("1[a] 2:b= 3:c=d ") + (size_t)length - 2);
	problems_done(&problems);
}
END_TEST

START_TEST(test_long_comment_is_no_long_line)
{
	char text[2 * INI_LINE_MAX];
	struct problems problems = { 0 };
	struct story story;

	snprintf(text, sizeof(text), "[a]\nb=c #%0*d\n", INI_LINE_MAX, 7);
	ck_assert_int_eq(story_load(files_write("a.conf", text), &story, &problems), 0);
	ck_assert_str_eq(story.text, "1[a] 2:b=c ");
}
END_TEST

static const char whole_file[] = "\xef\xbb\xbf# x\n[Match]\nCgroup=/a ; x\n\n[OnOOM]\r\nMode=b\n";

/* Cut at every byte, a good file is told in part or refused, with no line number past its end. */
START_TEST(test_truncation)
{
	struct problems problems = { 0 };
	struct story story;
	int ret =
		story_load(files_write_bytes("a.conf", whole_file, (size_t)_i), &story, &problems);

	ck_assert(ret == 0 || (ret == -EINVAL && problems.errors == 1));
	for (size_t i = 0; i < problems.count; i++)
		ck_assert(problems.list[i].line >= 1 && problems.list[i].line <= 6);
	problems_done(&problems);
}
END_TEST

START_TEST(test_missing_is_not_a_problem_here)
{
	struct problems problems = { 0 };
	struct story story;

	ck_assert_int_eq(story_load(files_path("none"), &story, &problems), -ENOENT);
	ck_assert_uint_eq(problems.count, 0);
}
END_TEST

START_TEST(test_not_a_regular_file)
{
	struct problems problems = { 0 };
	struct story story;

	files_directory("dir");
	ck_assert_int_eq(mkfifo(files_path("fifo"), 0600), 0);
	ck_assert_int_eq(symlink("loop", files_path("loop")), 0);
	ck_assert_int_eq(story_load(files_path("dir"), &story, &problems), -EIO);
	ck_assert_int_eq(story_load(files_path("fifo"), &story, &problems), -EIO);
	ck_assert_int_eq(story_load("/dev/zero", &story, &problems), -EIO);
	ck_assert_int_eq(story_load(files_path("loop"), &story, &problems), -EIO);
	ck_assert_uint_eq(problems.errors, 4);
	ck_assert(strstr(problems.list[0].text, "directory"));
	ck_assert(strstr(problems.list[1].text, "special file"));
	ck_assert(strstr(problems.list[3].text, "cannot be read"));
	problems_done(&problems);
}
END_TEST

START_TEST(test_too_large)
{
	size_t length = INI_FILE_MAX + (size_t)_i;
	char *text = malloc(length);
	struct problems problems = { 0 };
	struct story story;

	for (size_t i = 0; i < length; i++)
		text[i] = i % 1024 ? '#' : '\n';
	ck_assert_int_eq(story_load(files_write_bytes("a.conf", text, length), &story, &problems),
			 _i ? -EIO : 0);
	ck_assert(problems_hold(&problems, 0, "too large, expected at most") == _i);
	free(text);
	problems_done(&problems);
}
END_TEST

/* All there is to say of such a file is said once, and quickly: every line alone would be a problem. */
START_TEST(test_too_many_lines)
{
	size_t lines = _i ? 100000 : INI_LINES_MAX;
	char *text = calloc(lines + 1, 2);
	struct problems problems = { 0 };
	struct story story;

	for (size_t i = 0; i < lines; i++)
		memcpy(text + 2 * i, _i ? "x\n" : "#\n", 2);
	if (_i == 2)
		text[2 * INI_LINES_MAX + 1] = '\0'; /* one more, without its newline */
	ck_assert_int_eq(story_load(files_write("a.conf", text), &story, &problems), _i ? -EIO : 0);
	ck_assert_uint_eq(problems.errors, _i ? 1 : 0);
	ck_assert(problems_hold(&problems, 0, "too long, expected at most 4096 lines") == !!_i);
	ck_assert_str_eq(story.text, "");
	free(text);
	problems_done(&problems);
}
END_TEST

START_TEST(test_problems_print)
{
	struct problems problems = { 0 };
	char text[200] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	problems_add(&problems, "/a\nb", 3, false, "bad '%s'", "x");
	problems_add(&problems, "c", 0, true, "odd");
	problems_print(&problems, out);
	fclose(out);
	ck_assert_str_eq(text, "/a\\nb:3: bad 'x'\nc: warning: odd\n");
	ck_assert_uint_eq(problems.count, 2);
	ck_assert_uint_eq(problems.errors, 1);
	problems_done(&problems);
	ck_assert_uint_eq(problems.count + problems.errors, 0);
	problems_done(&problems);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("settings_ini");
	TCase *tests = tcase_create("ini");

	tcase_add_checked_fixture(tests, files_setup, files_teardown);
	tcase_add_loop_test(tests, test_good, 0, sizeof(good_cases) / sizeof(*good_cases));
	tcase_add_loop_test(tests, test_bad, 0, sizeof(bad_cases) / sizeof(*bad_cases));
	tcase_add_test(tests, test_every_error_is_listed);
	tcase_add_test(tests, test_nul_bytes);
	tcase_add_loop_test(tests, test_long_lines, -2, 20);
	tcase_add_test(tests, test_long_comment_is_no_long_line);
	tcase_add_loop_test(tests, test_truncation, 0, sizeof(whole_file));
	tcase_add_test(tests, test_missing_is_not_a_problem_here);
	tcase_add_test(tests, test_not_a_regular_file);
	tcase_add_loop_test(tests, test_too_large, 0, 2);
	tcase_add_loop_test(tests, test_too_many_lines, 0, 3);
	tcase_add_test(tests, test_problems_print);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
