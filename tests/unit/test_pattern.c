/*
 * Patterns from their text to the answer: a table for each dialect, escapes and errors, a comparison with
 * a plain recursive matcher over random patterns and names, and the promise that no name costs more than
 * another of its length.
 *
 * Links: daemon/ranking/pattern.c, compile.c, daemon/base/text.c.
 */
#include <errno.h>
#include <stdbool.h>
#include <time.h>

#include "base/text.h"
#include "ranking/compile.h"
#include "ranking/pattern.h"
#include "unit/random.h"
#include "unit/unit.h"

#define NAME COMPILE_NAME
#define PATH COMPILE_PATH
#define ROUNDS 20000

struct match_case {
	enum compile_dialect dialect;
	const char *pattern;
	const char *text;
	bool match;
};

static const struct match_case match_cases[] = {
	{ NAME, "java", "java", true },
	{ NAME, "java", "Java", false },
	{ NAME, "java", "jav", false },
	{ NAME, "java", "javac", false },
	{ NAME, "java", "", false },
	{ NAME, "?", "", false },
	{ NAME, "?", "a", true },
	{ NAME, "?", "/", true },
	{ NAME, "?", "ab", false },
	{ NAME, "???", "abc", true },
	/* a star before, between, behind, alone */
	{ NAME, "*", "", true },
	{ NAME, "*", "a/b c", true },
	{ NAME, "java*", "java", true },
	{ NAME, "java*", "javac", true },
	{ NAME, "java*", "xjava", false },
	{ NAME, "*java", "java", true },
	{ NAME, "*java", "xxjava", true },
	{ NAME, "*java", "javax", false },
	{ NAME, "*java", "javjava", true },
	{ NAME, "*a*", "xxaxx", true },
	{ NAME, "*a*", "xx", false },
	{ NAME, "a*b", "ab", true },
	{ NAME, "a*b", "axxb", true },
	{ NAME, "a*b", "axxbx", false },
	{ NAME, "a*b*c", "abbc", true },
	{ NAME, "a*b*c", "aXcYb", false },
	{ NAME, "a*a", "a", false },
	{ NAME, "**", "", true },
	{ NAME, "a**b", "a/x/b", true },
	{ NAME, "*?", "", false },
	{ NAME, "?*?", "ab", true },
	{ NAME, "?*?", "a", false },
	{ NAME, "*/jre/*", "/opt/jre/bin -x", true },
	/* bytes that other matchers take for something else */
	{ NAME, "[ab]", "a", false },
	{ NAME, "[ab]", "[ab]", true },
	{ NAME, "{a,b}", "{a,b}", true },
	{ NAME, "a.c", "abc", false },
	{ NAME, "\xff", "\xff", true },
	{ NAME, "\xff", "\x0f", false },
	{ NAME, "\xff", "\xf0", false },
	{ NAME, "?", "\x80", true },
	{ NAME, "\xc3\xa9*", "\xc3\xa9t\xc3\xa9", true },
	{ NAME, "??", "\xc3\xa9", true },
	/* escapes */
	{ NAME, "\\*", "*", true },
	{ NAME, "\\*", "a", false },
	{ NAME, "\\?", "a", false },
	{ NAME, "\\\\", "\\", true },
	{ NAME, "a\\nb\\t", "a\nb\t", true },
	{ NAME, "\\x41\\xfF", "A\xff", true },
	{ NAME, "a\\ b", "a b", true },
	{ NAME, "\\x2a", "*", true },
	{ NAME, "\\x2a", "ab", false },
	{ NAME, "a\\/b", "a/b", true },
	{ NAME, "*\\**", "a*b", true },
	{ NAME, "*\\**", "ab", false },
	/* paths */
	{ PATH, "/", "/", true },
	{ PATH, "/", "/a", false },
	{ PATH, "/*", "/", true },
	{ PATH, "/*", "/a", true },
	{ PATH, "/*", "/a/b", false },
	{ PATH, "/a/*", "/a", false },
	{ PATH, "/a/*", "/a/b", true },
	{ PATH, "/a/*", "/a/b/c", false },
	{ PATH, "/a*", "/ab/c", false },
	{ PATH, "/a?c", "/a/c", false },
	{ PATH, "/a?c", "/abc", true },
	{ PATH, "/a*c", "/a/c", false },
	{ PATH, "/*/x", "/a/x", true },
	{ PATH, "/*/x", "/a/b/x", false },
	{ PATH, "**", "/a/b", true },
	{ PATH, "**/x", "/a/b/x", true },
	{ PATH, "**/x", "/a/b/xy", false },
	{ PATH, "/a/**", "/a", false },
	{ PATH, "/a/**", "/a/b/c", true },
	{ PATH, "/a/**/x", "/a/b/c/x", true },
	{ PATH, "/a***x", "/a/b/x", true },
	{ PATH, "/a/**.scope", "/a/b/c.scope", true },
	{ PATH, "/\\*", "/*", true },
	{ PATH, "/\\*", "/a", false },
	{ PATH, "/a\\x2db", "/a-b", true },
};

static struct pattern compiled(const char *text, enum compile_dialect dialect)
{
	struct pattern pattern;
	const char *reason = "";

	ck_assert_msg(compile_pattern(text, dialect, &pattern, &reason) == 0, "%s: %s", text,
		      reason);
	return pattern;
}

START_TEST(matches_as_the_table_says)
{
	const struct match_case *row = &match_cases[_i];
	struct pattern pattern = compiled(row->pattern, row->dialect);

	ck_assert_msg(pattern_match(&pattern, row->text, strlen(row->text)) == row->match,
		      "'%s' and '%s'", row->pattern, row->text);
	ck_assert_msg(pattern_match(&pattern, row->text, SIZE_MAX) == row->match,
		      "'%s' and '%s' up to its NUL", row->pattern, row->text);
}
END_TEST

#define ESCAPE_FAULT                                                                               \
	"an escape is none of \\\\, \\n, \\t, \\xNN and \\ before punctuation or a blank"
#define BYTE_FAULT "an escape stands for '/' or NUL, which no name holds"
#define ROOT_FAULT "it begins neither with '/' nor with '**'"
#define COMPONENT_FAULT "it holds an empty component"

static const struct {
	enum compile_dialect dialect;
	const char *pattern;
	const char *reason;
} bad_cases[] = {
	{ NAME, "", "it is empty" },
	{ PATH, "", "it is empty" },
	{ NAME, "a\\", "it ends in a backslash" },
	{ NAME, "\\a", ESCAPE_FAULT },
	{ NAME, "\\0", ESCAPE_FAULT },
	{ NAME, "\\x", ESCAPE_FAULT },
	{ NAME, "\\x4", ESCAPE_FAULT },
	{ NAME, "\\x4g", ESCAPE_FAULT },
	{ NAME, "\\xg4", ESCAPE_FAULT },
	{ NAME, "\\\t", ESCAPE_FAULT },
	{ NAME, "\\\x7f", ESCAPE_FAULT },
	{ NAME, "\\x00", BYTE_FAULT },
	{ PATH, "/a\\x2fb", BYTE_FAULT },
	{ PATH, "/a\\/b", BYTE_FAULT },
	{ PATH, "a", ROOT_FAULT },
	{ PATH, "*a", ROOT_FAULT },
	{ PATH, "?a", ROOT_FAULT },
	{ PATH, "/a//b", COMPONENT_FAULT },
	{ PATH, "/a/", COMPONENT_FAULT },
	{ PATH, "//", COMPONENT_FAULT },
};

START_TEST(refuses_with_a_reason)
{
	struct pattern pattern;
	const char *reason = NULL;

	memset(&pattern, 0x5a, sizeof(pattern));
	ck_assert_int_eq(compile_pattern(bad_cases[_i].pattern, bad_cases[_i].dialect, &pattern,
					 &reason),
			 -EINVAL);
	ck_assert_str_eq(reason, bad_cases[_i].reason);
	unit_assert_untouched(pattern, 0x5a);
}
END_TEST

/* All 63 states beside the first are used, and the star behind the last is not lost. */
START_TEST(takes_63_characters)
{
	char text[2 * PATTERN_TOKENS + 8] = "*";
	char name[PATTERN_TOKENS + 2] = "";
	const char *reason = NULL;
	struct pattern pattern;

	for (int i = 0; i < PATTERN_TOKENS; i++) {
		strcat(text, i % 2 ? "?*" : "a*");
		strcat(name, "a");
	}
	pattern = compiled(text, NAME);
	ck_assert(pattern_match(&pattern, name, sizeof(name)));
	ck_assert(!pattern_match(&pattern, name + 1, sizeof(name) - 1));
	strcat(name, "z");
	ck_assert(pattern_match(&pattern, name, sizeof(name)));
	strcat(text, "z");
	ck_assert_int_eq(compile_pattern(text, NAME, &pattern, &reason), -EINVAL);
	ck_assert_str_eq(reason, "it has more than 63 characters");
}
END_TEST

START_TEST(text_ends_at_its_nul_or_its_size)
{
	static const char hidden[] = "java\0hidden";
	struct pattern exact = compiled("java", NAME), longer = compiled("java?*", NAME);

	ck_assert(pattern_match(&exact, hidden, sizeof(hidden)));
	ck_assert(!pattern_match(&longer, hidden, sizeof(hidden)));
	ck_assert(pattern_match(&exact, "javac", 4));
	ck_assert(!pattern_match(&exact, "java", 3));
	exact = compiled("*", NAME);
	ck_assert(pattern_match(&exact, NULL, 0));
}
END_TEST

/* A policy that was never filled in must not name everybody. */
START_TEST(an_empty_automaton_takes_nothing)
{
	struct pattern pattern = { .accept = 0 };

	ck_assert(!pattern_match(&pattern, "", 0));
	ck_assert(!pattern_match(&pattern, "a", 1));
}
END_TEST

/* What the status page prints of a name is a pattern of this name, and of no other. */
START_TEST(an_escaped_name_is_its_own_pattern)
{
	random_start(_i);
	for (int round = 0; round < 1000; round++) {
		char name[16] = "", escaped[64];
		struct pattern pattern;

		for (uint32_t at = 0, end = 1 + random_below(sizeof(name) - 2); at < end; at++)
			do
				name[at] = (char)(1 + random_below(255));
			while (name[at] == '*' || name[at] == '?');
		pattern = compiled(text_escape(name, escaped, sizeof(escaped)), NAME);
		ck_assert_msg(pattern_match(&pattern, name, sizeof(name)), "%s", escaped);
		name[random_below((uint32_t)strlen(name))] ^= (char)(1U << random_below(8));
		ck_assert_msg(!pattern_match(&pattern, name, sizeof(name)), "%s", escaped);
	}
}
END_TEST

/* The reference: tokens as they were drawn, every way tried. */
enum kind {
	KIND_BYTE,
	KIND_ANY,
	KIND_STAR,
	KIND_DEEP, /* `**`; also `*` of a name */
};

struct token {
	enum kind kind;
	char byte;
};

static bool takes(const struct token *token, const char *text, enum compile_dialect dialect)
{
	if (!*text)
		return false;
	if (token->kind == KIND_BYTE)
		return *text == token->byte;
	return token->kind == KIND_DEEP || dialect == NAME || *text != '/';
}

static bool reference(const struct token *tokens, int count, const char *text,
		      enum compile_dialect dialect)
{
	if (!count)
		return !*text;
	if (tokens->kind != KIND_STAR && tokens->kind != KIND_DEEP)
		return takes(tokens, text, dialect) &&
		       reference(tokens + 1, count - 1, text + 1, dialect);
	return reference(tokens + 1, count - 1, text, dialect) ||
	       (takes(tokens, text, dialect) && reference(tokens, count, text + 1, dialect));
}

/* Few different bytes, so that much matches; 0xe1 and 'a' share the lower half of their byte. */
static const char letters[] = { 'a', 'b', '\xe1', '/' };

static void draw_token(struct token *token, bool after_star, bool after_slash, char *text)
{
	uint32_t draw = random_below(after_star ? 6 : 9);

	*token = (struct token){ .kind = KIND_BYTE };
	if (draw < 5) {
		token->byte = letters[random_below(after_slash ? 3 : 4)];
		sprintf(text + strlen(text),
			random_below(2) && token->byte != '/' ? "\\x%02x" : "%c",
			(unsigned char)token->byte);
	} else if (draw == 5) {
		token->kind = KIND_ANY;
		strcat(text, "?");
	} else {
		token->kind = draw == 6 ? KIND_DEEP : KIND_STAR;
		strcat(text, draw == 6 ? "**" : "*");
	}
}

/* Begins with a slash and holds no empty component, as paths do; names may be so too. */
static int draw_pattern(struct token tokens[static 9], char *text)
{
	int count = 1 + (int)random_below(7);

	tokens[0] = (struct token){ .kind = KIND_BYTE, .byte = '/' };
	strcpy(text, "/");
	for (int i = 1; i <= count; i++) {
		const struct token *last = &tokens[i - 1];

		draw_token(&tokens[i], last->kind >= KIND_STAR, last->byte == '/' || i == count,
			   text);
	}
	return count + 1;
}

START_TEST(agrees_with_the_reference)
{
	enum compile_dialect dialect = _i % 2 ? PATH : NAME;
	int matched = 0;

	random_start(_i);
	for (int round = 0; round < ROUNDS; round++) {
		struct token tokens[9];
		char text[64], name[10] = "/";
		int count = draw_pattern(tokens, text);
		struct pattern pattern = compiled(text, dialect);
		bool expected;

		for (uint32_t at = 1, end = 1 + random_below(8); at < end; at++)
			name[at] = letters[random_below(4)];
		expected = reference(tokens, count, name, dialect);
		ck_assert_msg(pattern_match(&pattern, name, sizeof(name)) == expected,
			      "'%s' and '%s'", text, name);
		matched += expected;
	}
	ck_assert_int_gt(matched, ROUNDS / 50); /* else the draw proves nothing */
}
END_TEST

static uint64_t cpu_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* The best of many runs: what else the machine does can only add. */
static uint64_t match_nsec(const struct pattern *pattern, const char *text, size_t size)
{
	uint64_t best = UINT64_MAX;

	for (int run = 0; run < 50; run++) {
		uint64_t began = cpu_now(), took;

		ck_assert(!pattern_match(pattern, text, size));
		took = cpu_now() - began;
		best = took < best ? took : best;
	}
	return best;
}

/* Many stars against a name that nearly fits: what goes back tries every way to share it out. */
START_TEST(no_name_takes_longer_than_another)
{
	static char hostile[1 << 16], harmless[1 << 16];
	struct pattern stars = compiled("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", NAME);
	struct pattern plain = compiled("*b", NAME);
	uint64_t bad, good;

	memset(hostile, 'a', sizeof(hostile));
	memset(harmless, '-', sizeof(harmless));
	good = match_nsec(&plain, harmless, sizeof(harmless));
	bad = match_nsec(&stars, hostile, sizeof(hostile));
	printf("%zu bytes: %llu ns harmless, %llu ns hostile\n", sizeof(hostile),
	       (unsigned long long)good, (unsigned long long)bad);
	ck_assert_uint_lt(bad, 4 * good);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("pattern", &tests);

	random_announce();
	tcase_add_loop_test(tests, matches_as_the_table_says, 0, UNIT_COUNT(match_cases));
	tcase_add_loop_test(tests, refuses_with_a_reason, 0, UNIT_COUNT(bad_cases));
	tcase_add_test(tests, takes_63_characters);
	tcase_add_test(tests, text_ends_at_its_nul_or_its_size);
	tcase_add_test(tests, an_empty_automaton_takes_nothing);
	tcase_add_loop_test(tests, an_escaped_name_is_its_own_pattern, 0, 4);
	tcase_add_loop_test(tests, agrees_with_the_reference, 0, 8);
	tcase_add_test(tests, no_name_takes_longer_than_another);
	return unit_run(suite);
}
