/*
 * From the text of a pattern to its automaton. Not on the hot path: the configuration is compiled before
 * anything happens.
 */
#pragma once

#include "shared/policy.h"

enum compile_dialect {
	COMPILE_NAME, /* `*` and `?` take every byte */
	COMPILE_PATH, /* `*` and `?` do not take a slash, `**` does */
};

/**
 * compile_pattern() - `*` any number of bytes, `?` one; all else stands for itself
 * @ret_reason: written only with an error; static text such as "it has more than 63 characters"
 *
 * Escapes are those of text_escape(), so a name can be copied from the status page, and a backslash
 * before a blank or punctuation (settings/glob.h).
 *
 * Errors:  -EINVAL; @ret_pattern is then untouched.
 */
int compile_pattern(const char *text, enum compile_dialect dialect, struct pattern *ret_pattern,
		    const char **ret_reason);
