/* See command_line.h. One row per option: parsing, usage line and help all read the same table. */
#include "settings/command_line.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

enum row_key {
	ROW_CONFIG,
	ROW_POLICY_DIR,
	ROW_RUNTIME_DIR,
	ROW_STATE_DIR,
	ROW_DRY_RUN,
	ROW_FAIL_KERNEL_GATE,
	ROW_HAND_BACK,
	ROW_PROBE,
	ROW_READ_PROCESSES,
	ROW_HELP,
	ROW_VERSION,
};

/* Who knows the option; a set, because most belong to both. */
enum row_owner {
	OWNER_GUARDIAN = 1 << COMMAND_LINE_GUARDIAN,
	OWNER_SUPERVISOR = 1 << COMMAND_LINE_SUPERVISOR,
	OWNER_BOTH = OWNER_GUARDIAN | OWNER_SUPERVISOR,
};

static const struct row {
	const char *name;
	const char *value; /* what the help calls it; NULL: the option takes none */
	enum row_owner owner;
	const char *help;
} rows[] = {
	[ROW_CONFIG] = { "config", "FILE", OWNER_BOTH,
			 "configuration [" SYSCONFDIR "/oomhandlerd/oomhandlerd.conf]" },
	[ROW_POLICY_DIR] = { "policy-dir", "DIR", OWNER_BOTH,
			     "*.policy files; may be repeated, later masks earlier" },
	[ROW_RUNTIME_DIR] = { "runtime-dir", "DIR", OWNER_BOTH,
			      "lock and status page, on a tmpfs [/run/oomhandlerd]" },
	[ROW_STATE_DIR] = { "state-dir", "DIR", OWNER_BOTH,
			    "keeps the last records [/var/lib/oomhandlerd]" },
	[ROW_DRY_RUN] = { "dry-run", NULL, OWNER_BOTH, "change nothing, say what would be done" },
	[ROW_FAIL_KERNEL_GATE] = { "fail-kernel-gate", NULL, OWNER_BOTH,
				   "for tests: treat this kernel as unfit" },
	[ROW_HAND_BACK] = { "hand-back", NULL, OWNER_GUARDIAN,
			    "repair the groups of a dead instance and exit" },
	[ROW_PROBE] = { "probe", NULL, OWNER_SUPERVISOR, "print what doctor needs and exit" },
	[ROW_READ_PROCESSES] = { "read-processes", NULL, OWNER_SUPERVISOR,
				 "internal: read what may hang, for the supervisor" },
	[ROW_HELP] = { "help", NULL, OWNER_BOTH, "print this text and exit" },
	[ROW_VERSION] = { "version", NULL, OWNER_BOTH, "print the version and exit" },
};

static const char *const program_names[] = {
	[COMMAND_LINE_GUARDIAN] = "oomhandlerd",
	[COMMAND_LINE_SUPERVISOR] = "oomhandlerd-supervisor",
};

static const char *const default_policy_dirs[] = {
	PREFIX "/lib/oomhandlerd/policy.d",
	"/run/oomhandlerd/policy.d",
	SYSCONFDIR "/oomhandlerd/policy.d",
};

static bool row_known(const struct row *row, enum command_line_program program)
{
	return row->owner & (1u << program);
}

static void print_usage(FILE *out, enum command_line_program program)
{
	fprintf(out, "usage: %s", program_names[program]);
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (!row_known(&rows[i], program))
			continue;
		fprintf(out, " [--%s%s%s]", rows[i].name, rows[i].value ? " " : "",
			rows[i].value ? rows[i].value : "");
		if (i == ROW_POLICY_DIR)
			fputs("...", out);
	}
	fputc('\n', out);
}

void command_line_print_help(enum command_line_program program)
{
	print_usage(stdout, program);
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (row_known(&rows[i], program))
			printf("  --%-17s%-5s %s\n", rows[i].name,
			       rows[i].value ? rows[i].value : "", rows[i].help);
}

void command_line_print_version(enum command_line_program program)
{
	printf("%s %s\n", program_names[program], VERSION);
}

static void options_fill(enum command_line_program program, struct option *options)
{
	size_t count = 0;

	for (size_t i = 0; i < ROW_COUNT; i++)
		if (row_known(&rows[i], program))
			options[count++] = (struct option){
				.name = rows[i].name,
				.has_arg = rows[i].value ? required_argument : no_argument,
				.val = (int)i + 1, /* getopt uses 0 for itself */
			};
	options[count] = (struct option){ 0 };
}

static int policy_dir_add(struct command_line *line, const char *directory)
{
	if (line->policy_dir_count == COMMAND_LINE_POLICY_DIRS)
		return -E2BIG;
	line->policy_dir[line->policy_dir_count++] = directory;
	line->policy_dirs_given = true;
	return 0;
}

static int row_apply(enum row_key key, const char *value, struct command_line *line)
{
	switch (key) {
	case ROW_CONFIG:
		line->config = value;
		line->config_given = true;
		return 0;
	case ROW_POLICY_DIR:
		return policy_dir_add(line, value);
	case ROW_RUNTIME_DIR:
		line->runtime_dir = value;
		return 0;
	case ROW_STATE_DIR:
		line->state_dir = value;
		return 0;
	case ROW_DRY_RUN:
		line->dry_run = true;
		return 0;
	case ROW_FAIL_KERNEL_GATE:
		line->fail_kernel_gate = true;
		return 0;
	case ROW_HAND_BACK:
		line->action = COMMAND_LINE_HAND_BACK;
		return 0;
	case ROW_PROBE:
		line->action = COMMAND_LINE_PROBE;
		return 0;
	case ROW_READ_PROCESSES:
		line->action = COMMAND_LINE_READ_PROCESSES;
		return 0;
	case ROW_HELP:
		line->action = COMMAND_LINE_HELP;
		return 0;
	case ROW_VERSION:
		line->action = COMMAND_LINE_VERSION;
		return 0;
	}
	return -EINVAL;
}

static int parse_error(enum command_line_program program)
{
	print_usage(stderr, program);
	return -EINVAL;
}

/* An empty value is never what somebody meant: it comes from an unset variable in a script. */
static int option_apply(enum command_line_program program, enum row_key key, const char *value,
			struct command_line *line)
{
	const char *name = rows[key].name;

	if (rows[key].value && *value == '\0') {
		fprintf(stderr, "%s: --%s needs a value\n", program_names[program], name);
		return parse_error(program);
	}
	if (row_apply(key, value, line) < 0) {
		fprintf(stderr, "%s: --%s given more than %d times\n", program_names[program], name,
			COMMAND_LINE_POLICY_DIRS);
		return parse_error(program);
	}
	return 0;
}

int command_line_parse(enum command_line_program program, int argc, char **argv,
		       struct command_line *ret_line)
{
	struct option options[ROW_COUNT + 1];
	struct command_line line = {
		.config = SYSCONFDIR "/oomhandlerd/oomhandlerd.conf",
		.runtime_dir = "/run/oomhandlerd",
		.state_dir = "/var/lib/oomhandlerd",
	};
	int key;

	options_fill(program, options);
	while ((key = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (key == '?') /* getopt_long has said what was wrong */
			return parse_error(program);
		if (option_apply(program, (enum row_key)(key - 1), optarg, &line) < 0)
			return -EINVAL;
	}
	if (optind < argc) {
		fprintf(stderr, "%s: unexpected argument\n", program_names[program]);
		return parse_error(program);
	}
	if (line.policy_dir_count == 0) {
		line.policy_dir_count =
			sizeof(default_policy_dirs) / sizeof(default_policy_dirs[0]);
		memcpy(line.policy_dir, default_policy_dirs, sizeof(default_policy_dirs));
	}
	*ret_line = line;
	return 0;
}
