/*
 * The one door to inih, and the strictness it lacks. The format, as oomhandlerd.conf(5) states it:
 *
 * - `[Section]` lines, `Key=Value` lines, blank lines. Blanks around a section line, a key or a
 *   value do not count, nor does a carriage return at the end of a line or a UTF-8 byte order mark.
 * - `#` or `;` begins a comment at the start of a line or after a blank. One that belongs to a
 *   value stands right behind another character, or is written `\#` where the value has escapes.
 * - One line is one value: there are no continuation lines.
 * - `:` does not stand for `=`; a line is at most INI_LINE_MAX bytes without its comment, a file at most
 *   INI_LINES_MAX lines; there are no NUL bytes, and no other control bytes but tabs within what counts.
 */
#pragma once

#include <stddef.h>

#include "settings/problems.h"

#define INI_LINE_MAX 4096 /* one path (PATH_MAX) */
#define INI_LINES_MAX 4096 /* more were generated, for another program */
#define INI_FILE_MAX (1 << 20) /* nobody writes a megabyte by hand: it is another file */

struct ini_listener {
	/* @name is NULL for a broken header, already reported: what follows belongs to nothing. */
	void (*section)(void *user, const struct problem_site *site, const char *name);
	void (*pair)(void *user, const struct problem_site *site, const char *key,
		     const char *value);
	void *user;
};

/**
 * ini_load() - read a regular file and tell @listener, line by line
 *
 * Context: blocks on the file system, never on a FIFO or a device; one thread: inih has globals.
 * Errors:  -ENOENT for a missing file: only the caller knows whether that is a problem, so none is
 *          noted. With at least one error in @problems: -EIO for a file of which nothing was read,
 *          -EINVAL for what stands in it.
 */
int ini_load(const char *path, const struct ini_listener *listener, struct problems *problems);
