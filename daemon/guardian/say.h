/*
 * The guardian's voice: one line per event on stderr, with the priority prefix of sd-daemon(3) when the
 * journal reads there. A line that cannot be taken at once is dropped: a stuck journal must not delay a
 * hand-back.
 */
#pragma once

/* The numbers are those of syslog(3), which the journal reads from the prefix. */
enum say_level {
	SAY_ERROR = 3,
	SAY_WARNING = 4,
	SAY_NOTICE = 5,
	SAY_INFO = 6,
};

/**
 * say_line() - print one line
 * @format: without a newline; hostile names in the arguments are escaped by the caller
 *
 * Context: never waits, never allocates; longer lines are cut.
 */
void say_line(enum say_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
