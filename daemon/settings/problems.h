/*
 * Everything that is wrong with the configuration, collected so that an operator sees all of it at
 * once: file, line, what was wrong, what was expected.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct problem {
	char *file; /* owner: the list; escaped */
	unsigned int line; /* 0: the file as a whole */
	bool warning; /* does not stop a start */
	char *text;
};

struct problems {
	struct problem *list;
	size_t count;
	size_t errors; /* of them, without the warnings */
};

/* Where a reader stands, so that deep inside a value an error still knows its line. */
struct problem_site {
	struct problems *problems;
	const char *file;
	unsigned int line;
};

/**
 * problems_add() - note one more
 * @file:   raw; escaped here, a policy file's name is as hostile as any
 * @format: one line without a newline: what was wrong, what was expected
 *
 * Values that came from a file are escaped by the caller with text_escape().
 * Context: supervisor and ctl; allocates; a failed allocation ends the program.
 */
void problems_add(struct problems *problems, const char *file, unsigned int line, bool warning,
		  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* An error at @site; otherwise as problems_add(). */
void problem_site_error(const struct problem_site *site, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * `FILE:LINE: text`, of a file as a whole `FILE: text`; a warning as `FILE:LINE: warning: text`. Never
 * NULL; the caller frees.
 */
char *problem_to_text(const struct problem *problem) __attribute__((malloc));

/* Prints each as problem_to_text() on a line of its own. */
void problems_print(const struct problems *problems, FILE *out);

void problems_done(struct problems *problems);
