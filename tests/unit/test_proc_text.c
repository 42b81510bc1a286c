/*
 * exe, cmdline and stat of /proc/PID: names that are chosen to confuse stay names, and a text that was cut
 * never gives another number.
 * Linked with supervisor/proc_text.c and base/text.c.
 */
#include <errno.h>

#include "supervisor/proc_text.h"
#include "unit/unit.h"

static const struct exe {
	const char *link, *name;
} exes[] = {
	{ "/usr/bin/java", "java" },
	{ "/usr/bin/java (deleted)", "java" },
	{ "/opt/a b/my server (deleted)", "my server" },
	{ "/bin/x (deleted) (deleted)", "x (deleted)" },
	{ "/bin/ (deleted)", " (deleted)" },
	{ "/memfd:runc_cloned (deleted)", "memfd:runc_cloned" },
	{ "nothing-above", "nothing-above" },
	{ "/", "" },
	{ "", "" },
	{ "/bin/new\nline\x1b[31m", "new\nline\x1b[31m" },
	{ "/bin/a-name-of-exactly-thirty-one-by", "a-name-of-exactly-thirty-one-by" },
	{ "/bin/a-name-that-is-longer-than-what-there-is-room-for (deleted)",
	  "a-name-that-is-longer-than-what" },
};

START_TEST(program_is_named_by_its_file)
{
	char exe[FACTS_EXE_SIZE];

	proc_text_exe(exes[_i].link, exe);
	ck_assert_str_eq(exe, exes[_i].name);
}
END_TEST

#define CMDLINE(raw, expected)                                                                     \
	{                                                                                          \
		raw, sizeof(raw) - 1, expected                                                     \
	}

static const struct cmdline {
	const char *raw;
	size_t length;
	const char *text;
} cmdlines[] = {
	CMDLINE("java\0-jar\0shop.jar\0", "java -jar shop.jar"),
	CMDLINE("java\0\0-x\0", "java  -x"),
	CMDLINE("nginx: worker process\0\0\0\0\0", "nginx: worker process"),
	CMDLINE("trailing  \0 \0", "trailing"),
	CMDLINE("no-end", "no-end"),
	CMDLINE("", ""),
	CMDLINE("\0\0\0", ""),
	CMDLINE("a\nb\x1b\xff\0", "a\nb\x1b\xff"),
};

START_TEST(arguments_have_one_blank_between)
{
	char text[FACTS_CMDLINE_SIZE];

	proc_text_cmdline(cmdlines[_i].raw, cmdlines[_i].length, text);
	ck_assert_str_eq(text, cmdlines[_i].text);
}
END_TEST

START_TEST(long_arguments_are_cut)
{
	char raw[FACTS_CMDLINE_SIZE * 2], text[FACTS_CMDLINE_SIZE];

	memset(raw, 'x', sizeof(raw));
	proc_text_cmdline(raw, sizeof(raw), text);
	ck_assert_uint_eq(strlen(text), FACTS_CMDLINE_SIZE - 1);
}
END_TEST

#define STAT(name)                                                                                 \
	"6758 (" name ") S 1 6758 6758 0 -1 4194560 11 22 33 44 5 6 7 8 20 0 1 0 271828 3133440 "  \
	"439 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
static const char *const stats[] = {
	STAT("cat"),   STAT(""),    STAT("foo) Z "),   STAT("a b c d"),
	STAT(") R 1"), STAT("((("), STAT("new\nline"),
};

START_TEST(start_is_found_behind_any_name)
{
	uint64_t nsec;

	ck_assert_int_eq(proc_text_start(stats[_i], 100, &nsec), 0);
	ck_assert_uint_eq(nsec, 271828 * 10000000ULL);
}
END_TEST

START_TEST(cut_anywhere_gives_an_error_or_the_same)
{
	char text[] = STAT("foo) Z ");

	for (size_t length = sizeof(text); length-- > 0;) {
		uint64_t nsec = 0x5a;

		text[length] = '\0';
		if (proc_text_start(text, 100, &nsec) == 0)
			ck_assert_uint_eq(nsec, 271828 * 10000000ULL);
		else
			ck_assert_uint_eq(nsec, 0x5a);
	}
}
END_TEST

START_TEST(absurd_start_is_refused)
{
	uint64_t nsec;

	ck_assert_int_eq(proc_text_start("1 (x) S 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 "
					 "18446744073709551615 1\n",
					 100, &nsec),
			 -EBADMSG);
	ck_assert_int_eq(proc_text_start(STAT("x"), 0, &nsec), -EBADMSG);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("proc_text", &tests);

	tcase_add_loop_test(tests, program_is_named_by_its_file, 0, UNIT_COUNT(exes));
	tcase_add_loop_test(tests, arguments_have_one_blank_between, 0, UNIT_COUNT(cmdlines));
	tcase_add_test(tests, long_arguments_are_cut);
	tcase_add_loop_test(tests, start_is_found_behind_any_name, 0, UNIT_COUNT(stats));
	tcase_add_test(tests, cut_anywhere_gives_an_error_or_the_same);
	tcase_add_test(tests, absurd_start_is_refused);
	return unit_run(suite);
}
