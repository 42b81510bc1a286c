/*
 * The command line that the guardian and the supervisor share. The guardian hands its own arguments on
 * to the supervisor unchanged, so both read them with this one table; only what ends at once (help,
 * version, hand-back, probe) belongs to one of them. Needs libc alone: the guardian links nothing else.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define COMMAND_LINE_POLICY_DIRS 16

enum command_line_program {
	COMMAND_LINE_GUARDIAN,
	COMMAND_LINE_SUPERVISOR,
};

enum command_line_action {
	COMMAND_LINE_RUN,
	COMMAND_LINE_HAND_BACK, /* guardian: repair what is left of a dead instance, then exit */
	COMMAND_LINE_PROBE, /* supervisor: print what doctor needs as JSON, then exit */
	COMMAND_LINE_READ_PROCESSES, /* supervisor: be its reader; it starts itself with it */
	COMMAND_LINE_HELP,
	COMMAND_LINE_VERSION,
};

/* All strings are borrowed from argv or are literals: they live as long as the process. */
struct command_line {
	enum command_line_action action;
	const char *config;
	bool config_given; /* a file that was named must exist, the default one need not */
	const char *policy_dir[COMMAND_LINE_POLICY_DIRS]; /* later masks earlier */
	size_t policy_dir_count;
	bool policy_dirs_given; /* directories that were named must exist, the default ones need not */
	const char *runtime_dir;
	const char *state_dir;
	bool dry_run; /* never arm: say what would have been done */
	bool fail_kernel_gate; /* a switch for tests: the kernel gate fails, and says that it was told to */
};

/**
 * command_line_parse() - read @argv into @ret_line, defaults included
 *
 * Context: start; getopt_long's globals are used, so once per process.
 * Errors:  -EINVAL after one line with the mistake and the usage line on stderr: exit with
 *          EXIT_CODE_USAGE. @ret_line is then untouched.
 */
int command_line_parse(enum command_line_program program, int argc, char **argv,
		       struct command_line *ret_line);

/* Prints the help text, generated from the option table, on stdout. */
void command_line_print_help(enum command_line_program program);

/* Prints the program's name and version on stdout. */
void command_line_print_version(enum command_line_program program);
