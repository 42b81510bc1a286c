/*
 * See glob.h. Two loops of the same shape: over the bytes of a component and over the components of
 * a path. Both go back only to the last star: what an earlier star could still give, the last one
 * can give too, so earlier ones need no second try. That keeps a hostile name from costing
 * exponential time.
 */
#include "settings/glob.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"

/* A component of a pattern or of a path: not NUL-terminated. */
struct piece {
	const char *at;
	const char *end;
};

enum token_kind {
	TOKEN_BYTE,
	TOKEN_ANY_BYTE,
	TOKEN_STAR,
};

struct token {
	enum token_kind kind;
	char byte;
};

/* Takes one token off a non-empty piece. A broken escape stands for its backslash. */
static struct token token_next(struct piece *piece)
{
	char byte = *piece->at++;
	struct token token = { .kind = TOKEN_BYTE, .byte = byte };

	if (byte == '*')
		token.kind = TOKEN_STAR;
	else if (byte == '?')
		token.kind = TOKEN_ANY_BYTE;
	else if (byte == '\\' && piece->at < piece->end) {
		int length = text_escape_read(piece->at, piece->end, &token.byte);

		if (length > 0)
			piece->at += length;
	}
	return token;
}

/* @rest stands on a slash or at the end. Return: false when there is no component left. */
static bool piece_next(const char **rest, struct piece *ret_piece)
{
	const char *at = *rest;

	if (at[0] != '/' || at[1] == '\0')
		return false;
	ret_piece->at = at + 1;
	ret_piece->end = strchrnul(at + 1, '/');
	*rest = ret_piece->end;
	return true;
}

static bool piece_is_deep(struct piece piece)
{
	return piece.end - piece.at == 2 && piece.at[0] == '*' && piece.at[1] == '*';
}

static bool token_takes(struct token token, char byte)
{
	return token.kind == TOKEN_ANY_BYTE || (token.kind == TOKEN_BYTE && token.byte == byte);
}

static bool piece_match(struct piece pattern, struct piece name)
{
	struct piece retry = { .at = NULL }; /* the pattern behind the last star */
	const char *retry_name = NULL;

	while (name.at < name.end) {
		if (pattern.at < pattern.end) {
			struct token token = token_next(&pattern);

			if (token.kind == TOKEN_STAR) {
				retry = pattern;
				retry_name = name.at;
				continue;
			}
			if (token_takes(token, *name.at)) {
				name.at++;
				continue;
			}
		}
		if (!retry.at)
			return false;
		pattern = retry;
		name.at = ++retry_name;
	}
	while (pattern.at < pattern.end && *pattern.at == '*')
		pattern.at++;
	return pattern.at == pattern.end;
}

bool glob_match(const char *pattern, const char *path)
{
	const char *retry = NULL; /* the pattern behind the last `**` */
	const char *retry_path = NULL;
	struct piece name;
	struct piece ahead;

	for (;;) {
		struct piece piece;
		bool wanted = piece_next(&pattern, &piece);

		if (wanted && piece_is_deep(piece)) {
			if (*pattern == '\0')
				return piece_next(&path, &name);
			retry = pattern;
			retry_path = path;
			continue;
		}
		bool present = piece_next(&path, &name);

		if (!wanted && !present)
			return true;
		if (wanted && present && piece_match(piece, name))
			continue;
		if (!retry || !piece_next(&retry_path, &ahead))
			return false;
		pattern = retry;
		path = retry_path;
	}
}

static const char *escape_fault(struct piece rest, size_t *ret_length)
{
	char byte = '\0';
	int length;

	if (rest.at == rest.end)
		return "a component ends in a backslash";
	length = text_escape_read(rest.at, rest.end, &byte);
	if (length < 0)
		return "an escape is none of \\\\, \\n, \\t, \\xNN and \\ before "
		       "punctuation";
	if (byte == '/' || byte == '\0')
		return "an escape stands for '/' or NUL, which no name holds";
	*ret_length = (size_t)length;
	return NULL;
}

static const char *piece_fault(struct piece piece)
{
	size_t length = (size_t)(piece.end - piece.at);
	bool deep = piece_is_deep(piece);

	if (!length)
		return "it holds an empty component";
	if (*piece.at == '.' && (length == 1 || (length == 2 && piece.at[1] == '.')))
		return "'.' and '..' name no group";
	while (piece.at < piece.end) {
		char byte = *piece.at++;

		if (byte == '*' && !deep && piece.at < piece.end && *piece.at == '*')
			return "'**' must be a whole component";
		if (byte == '\\') {
			const char *fault = escape_fault(piece, &length);

			if (fault)
				return fault;
			piece.at += length;
		}
	}
	return NULL;
}

int glob_check(const char *pattern, const char **ret_reason)
{
	const char *rest = pattern;
	const char *fault = NULL;

	if (*pattern != '/')
		fault = "it does not begin with '/'";
	else if (pattern[1] == '\0')
		return 0;
	while (!fault && *rest) {
		struct piece piece = { .at = rest + 1, .end = strchrnul(rest + 1, '/') };

		rest = piece.end;
		fault = piece_fault(piece);
	}
	if (fault)
		*ret_reason = fault;
	return fault ? -EINVAL : 0;
}
