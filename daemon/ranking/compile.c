/*
 * See compile.h. A pattern is read once from left to right; each byte that must be matched becomes a
 * token, and a star is a mark on the state between two tokens. Escapes mean what base/text.h says they
 * mean.
 */
#include "ranking/compile.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"

#define ANY_BYTE (-1)

/* A pattern half-way: the state behind its last token is where the next one starts from. */
struct compiler {
	struct pattern pattern;
	enum compile_dialect dialect;
	uint32_t tokens;
};

static const char *escape_fault(const struct compiler *compiler, const char *rest, int length,
				unsigned char byte)
{
	if (!*rest)
		return "it ends in a backslash";
	if (length < 0)
		return "an escape is none of \\\\, \\n, \\t, \\xNN and \\ before punctuation or "
		       "a blank";
	if (byte == '\0' || (byte == '/' && compiler->dialect == COMPILE_PATH))
		return "an escape stands for '/' or NUL, which no name holds";
	return NULL;
}

/* What no path can look like is a mistake, not a pattern that happens to match nothing. */
static const char *path_fault(const char *text)
{
	if (text[0] != '/' && !(text[0] == '*' && text[1] == '*'))
		return "it begins neither with '/' nor with '**'";
	for (const char *at = text; *at; at++)
		if (*at == '/' && (at[1] == '/' || (at[1] == '\0' && at > text)))
			return "it holds an empty component";
	return NULL;
}

static const char *add_token(struct compiler *compiler, int byte)
{
	struct pattern *pattern = &compiler->pattern;
	uint64_t bit = 1ULL << compiler->tokens;

	if (compiler->tokens == PATTERN_TOKENS)
		return "it has more than 63 characters";
	for (int half = 0; half < 16; half++) {
		pattern->low[half] |= byte == ANY_BYTE || (byte & 15) == half ? bit : 0;
		pattern->high[half] |= byte == ANY_BYTE || byte >> 4 == half ? bit : 0;
	}
	if (byte == ANY_BYTE && compiler->dialect == COMPILE_PATH)
		pattern->no_slash |= bit;
	compiler->tokens++;
	return NULL;
}

/* @rest: behind the first of a run of stars. Return: behind the run. */
static const char *add_stars(struct compiler *compiler, const char *rest)
{
	uint64_t bit = 1ULL << compiler->tokens;

	if (compiler->dialect == COMPILE_PATH && *rest != '*')
		compiler->pattern.stay_in_component |= bit;
	else
		compiler->pattern.stay |= bit;
	while (*rest == '*')
		rest++;
	return rest;
}

static const char *compile(struct compiler *compiler, const char *rest)
{
	const char *fault = NULL;

	while (*rest && !fault) {
		unsigned char byte = (unsigned char)*rest++;

		if (byte == '*') {
			rest = add_stars(compiler, rest);
			continue;
		}
		if (byte == '?') {
			fault = add_token(compiler, ANY_BYTE);
			continue;
		}
		if (byte == '\\') {
			char read = '\0';
			int length = text_escape_read(rest, rest + strlen(rest), &read);

			byte = (unsigned char)read;
			fault = escape_fault(compiler, rest, length, byte);
			rest += length > 0 ? length : 0;
		}
		if (!fault)
			fault = add_token(compiler, byte);
	}
	return fault;
}

int compile_pattern(const char *text, enum compile_dialect dialect, struct pattern *ret_pattern,
		    const char **ret_reason)
{
	struct compiler compiler = { .dialect = dialect };
	const char *fault = *text ? NULL : "it is empty";

	if (!fault && dialect == COMPILE_PATH)
		fault = path_fault(text);
	if (!fault)
		fault = compile(&compiler, text);
	if (fault) {
		*ret_reason = fault;
		return -EINVAL;
	}
	compiler.pattern.accept = 1ULL << compiler.tokens;
	*ret_pattern = compiler.pattern;
	return 0;
}
