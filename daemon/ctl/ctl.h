/*
 * oomhandlerctl: one table of verbs (ctl.c), a file per family. This header is what they share: the
 * parsed command line, and the entry of each family.
 *
 * A verb prints to stdout what it was asked for and to stderr why it could not, and returns an
 * enum exit_code.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/exit_code.h"
#include "base/units.h"
#include "settings/command_line.h"

#define CTL_NAME "oomhandlerctl"

struct ctl {
	const char *runtime_dir;
	bool json;
	const char *config;
	bool config_given; /* a file that was named must exist, the default one need not */
	const char *policy_dir[COMMAND_LINE_POLICY_DIRS];
	size_t policy_dir_count;
	bool policy_dirs_given;
	const char *state_dir; /* where the history is */
	bool state_dir_given;
	struct nsec since; /* how long ago, if @since_given */
	bool since_given;
	const char *cgroup; /* pattern, NULL: all */
	uint64_t limit; /* records at most, 0: all */
	char **arguments; /* of the verb */
	size_t argument_count;
};

struct json_object;

/* Prints @object as indented JSON and drops it. */
void ctl_print_json(struct json_object *object);

/**
 * ctl_refuse() - say why there is no answer
 * @format: one line without a newline; names in it are escaped by the caller
 *
 * To stderr, and with --json also to stdout as {"error": text}: whoever parses that gets an object.
 *
 * Return:  @code.
 */
enum exit_code ctl_refuse(const struct ctl *ctl, enum exit_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

enum exit_code status_run(const struct ctl *ctl);
enum exit_code list_run(const struct ctl *ctl);
enum exit_code show_run(const struct ctl *ctl);
enum exit_code explain_run(const struct ctl *ctl);
enum exit_code release_run(const struct ctl *ctl);
enum exit_code arm_run(const struct ctl *ctl);
enum exit_code reload_run(const struct ctl *ctl);
enum exit_code history_run(const struct ctl *ctl);
enum exit_code record_run(const struct ctl *ctl);
enum exit_code doctor_run(const struct ctl *ctl);
enum exit_code drill_run(const struct ctl *ctl);
enum exit_code check_run(const struct ctl *ctl);
