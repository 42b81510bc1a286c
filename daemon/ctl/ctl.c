/*
 * oomhandlerctl: the operator's command line. Everything it knows it reads from the daemon's status page,
 * its history or the configuration files; what is to be changed, or ranked, it asks the daemon for. It never
 * touches a managed group itself.
 */
#include "ctl/ctl.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/text.h"

#define REFUSAL_SIZE 5120 /* a path and a sentence; a longer one is cut, for print only */

struct verb {
	const char *name;
	const char *arguments;
	const char *help;
	size_t arguments_min;
	size_t arguments_max;
	bool reads_config; /* takes --config and --policy-dir */
	bool reads_history; /* takes --state-dir */
	bool filters_history; /* takes --since, --cgroup and --limit */
	enum exit_code (*run)(const struct ctl *ctl);
};

/* clang-format off */
static const struct verb verbs[] = {
	{ .name = "status", .run = status_run, .arguments = "",
	  .help = "whether all is well; the daemon, its groups and its last episodes (default)" },
	{ .name = "list", .run = list_run, .arguments = "",
	  .help = "every group with its state, limit and usage" },
	{ .name = "show", .run = show_run, .arguments = " CGROUP",
	  .arguments_min = 1, .arguments_max = 1,
	  .help = "all about one group, with its recorded episodes" },
	{ .name = "explain", .run = explain_run, .arguments = " CGROUP",
	  .arguments_min = 1, .arguments_max = 1,
	  .help = "what would be done if the group ran out of memory now, and why" },
	{ .name = "release", .run = release_run, .arguments = " CGROUP",
	  .arguments_min = 1, .arguments_max = 1,
	  .help = "undo everything on the group and leave it alone until it is armed again" },
	{ .name = "arm", .run = arm_run, .arguments = " CGROUP",
	  .arguments_min = 1, .arguments_max = 1,
	  .help = "take a release back" },
	{ .name = "reload", .run = reload_run, .arguments = "",
	  .help = "have the daemon read its configuration again, and say how that went" },
	{ .name = "history", .run = history_run, .arguments = "",
	  .reads_history = true, .filters_history = true,
	  .help = "the recorded episodes, newest last" },
	{ .name = "record", .run = record_run, .arguments = " ID", .reads_history = true,
	  .arguments_min = 1, .arguments_max = 1,
	  .help = "one episode with all that was recorded; an ID may be cut while it is unique" },
	{ .name = "doctor", .run = doctor_run, .arguments = "", .reads_config = true,
	  .help = "whether this host can run the daemon, and what would make it better" },
	{ .name = "drill", .run = drill_run, .arguments = "",
	  .help = "provoke a real OOM in a scratch group and have a second instance resolve it" },
	{ .name = "check", .run = check_run, .arguments = " [FILE...]", .reads_config = true,
	  .arguments_max = SIZE_MAX,
	  .help = "read the configuration (or the FILEs) strictly and say what it matches" },
};
/* clang-format on */

enum option_id {
	OPTION_RUNTIME_DIR = 256,
	OPTION_CONFIG,
	OPTION_POLICY_DIR,
	OPTION_STATE_DIR,
	OPTION_SINCE,
	OPTION_CGROUP,
	OPTION_LIMIT,
	OPTION_JSON,
	OPTION_HELP,
	OPTION_VERSION,
};

static const struct option options[] = {
	{ "runtime-dir", required_argument, NULL, OPTION_RUNTIME_DIR },
	{ "config", required_argument, NULL, OPTION_CONFIG },
	{ "policy-dir", required_argument, NULL, OPTION_POLICY_DIR },
	{ "state-dir", required_argument, NULL, OPTION_STATE_DIR },
	{ "since", required_argument, NULL, OPTION_SINCE },
	{ "cgroup", required_argument, NULL, OPTION_CGROUP },
	{ "limit", required_argument, NULL, OPTION_LIMIT },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ NULL, 0, NULL, 0 },
};

static void print_usage(FILE *out)
{
	fputs("usage: " CTL_NAME " [--runtime-dir DIR] [--json] [--help] [--version] [VERB", out);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		fprintf(out, "%s %s%s", i ? " |" : ":", verbs[i].name, verbs[i].arguments);
	fputs("]\n", out);
}

static void print_help(void)
{
	print_usage(stdout);
	putchar('\n');
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		printf("  %s%-*s  %s\n", verbs[i].name, (int)(17 - strlen(verbs[i].name)),
		       verbs[i].arguments, verbs[i].help);
	puts("\n  --runtime-dir DIR  of the daemon that is meant\n"
	     "  --config FILE      check, doctor: instead of " SYSCONFDIR
	     "/oomhandlerd/oomhandlerd.conf\n"
	     "  --policy-dir DIR   check, doctor: instead of the policy directories; repeatable\n"
	     "  --state-dir DIR    history, record: where the daemon keeps its history\n"
	     "  --since SPAN       history: not older, such as 90min or 24h\n"
	     "  --cgroup PATTERN   history: of these groups alone, as in Cgroup=\n"
	     "  --limit N          history: the last N alone\n"
	     "  --json             print for machines\n\n"
	     "exit: 0 ok, 1 failure, 2 usage, 3 daemon not reachable, 4 no such cgroup,\n"
	     "      5 configuration error, 6 not supported by this kernel, 7 degraded");
}

/* Return: never; the usage line is the whole help for a wrong command line. */
static __attribute__((noreturn)) void refuse_usage(const char *what)
{
	if (what)
		fprintf(stderr, CTL_NAME ": %s\n", what);
	print_usage(stderr);
	exit(EXIT_CODE_USAGE);
}

static void add_policy_dir(struct ctl *ctl)
{
	if (!ctl->policy_dirs_given)
		ctl->policy_dir_count = 0; /* the first one replaces the defaults */
	ctl->policy_dirs_given = true;
	if (ctl->policy_dir_count == COMMAND_LINE_POLICY_DIRS)
		refuse_usage("too many --policy-dir");
	ctl->policy_dir[ctl->policy_dir_count++] = optarg;
}

static void take_since(struct ctl *ctl)
{
	if (units_parse_span(optarg, &ctl->since) < 0)
		refuse_usage("--since wants a time such as 30s, 90min, 24h");
	ctl->since_given = true;
}

static void take_limit(struct ctl *ctl)
{
	const char *rest;

	if (text_to_u64(optarg, &rest, &ctl->limit) < 0 || *rest || ctl->limit == 0)
		refuse_usage("--limit wants a number from 1");
}

static void take_option(int id, struct ctl *ctl)
{
	switch (id) {
	case OPTION_RUNTIME_DIR:
		ctl->runtime_dir = optarg;
		return;
	case OPTION_CONFIG:
		ctl->config = optarg;
		ctl->config_given = true;
		return;
	case OPTION_POLICY_DIR:
		add_policy_dir(ctl);
		return;
	case OPTION_STATE_DIR:
		ctl->state_dir = optarg;
		ctl->state_dir_given = true;
		return;
	case OPTION_SINCE:
		return take_since(ctl);
	case OPTION_CGROUP:
		ctl->cgroup = optarg;
		return;
	case OPTION_LIMIT:
		return take_limit(ctl);
	case OPTION_JSON:
		ctl->json = true;
		return;
	case OPTION_HELP:
		print_help();
		exit(EXIT_CODE_OK);
	case OPTION_VERSION:
		puts(CTL_NAME " " VERSION);
		exit(EXIT_CODE_OK);
	}
	refuse_usage(NULL); /* getopt_long() has said which option it was */
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	refuse_usage("unknown verb");
}

static void check_arguments(const struct verb *verb, const struct ctl *ctl)
{
	if (ctl->argument_count < verb->arguments_min)
		refuse_usage("an argument is missing");
	if (ctl->argument_count > verb->arguments_max)
		refuse_usage("too many arguments");
	if (!verb->reads_config && (ctl->config_given || ctl->policy_dirs_given))
		refuse_usage("--config and --policy-dir belong to check and doctor");
	if (!verb->reads_history && ctl->state_dir_given)
		refuse_usage("--state-dir belongs to history and record");
	if (!verb->filters_history && (ctl->since_given || ctl->cgroup || ctl->limit))
		refuse_usage("--since, --cgroup and --limit belong to history");
}

void ctl_print_json(struct json_object *object)
{
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
							    JSON_C_TO_STRING_SPACED |
							    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

enum exit_code ctl_refuse(const struct ctl *ctl, enum exit_code code, const char *format, ...)
{
	struct json_object *answer;
	va_list arguments;
	char text[REFUSAL_SIZE];

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	fprintf(stderr, CTL_NAME ": %s\n", text);
	if (!ctl->json)
		return code;
	answer = json_object_new_object();
	json_object_object_add(answer, "error", json_object_new_string(text));
	ctl_print_json(answer);
	return code;
}

/* The daemon's own table is the only place that knows the defaults. */
static int take_defaults(char *program, struct ctl *ctl)
{
	char *arguments[] = { program, NULL };
	struct command_line line;
	int ret = command_line_parse(COMMAND_LINE_SUPERVISOR, 1, arguments, &line);

	if (ret < 0)
		return ret;
	ctl->runtime_dir = line.runtime_dir;
	ctl->state_dir = line.state_dir;
	ctl->config = line.config;
	ctl->policy_dir_count = line.policy_dir_count;
	memcpy(ctl->policy_dir, line.policy_dir, sizeof(ctl->policy_dir));
	optind = 0; /* getopt_long(3): read another argument vector from its beginning */
	return 0;
}

int main(int argc, char **argv)
{
	struct ctl ctl = { .json = false };
	const struct verb *verb = &verbs[0];
	enum exit_code code;
	int id;

	if (take_defaults(argv[0], &ctl) < 0)
		return EXIT_CODE_FAILURE;
	while ((id = getopt_long(argc, argv, "", options, NULL)) >= 0)
		take_option(id, &ctl);
	if (optind < argc)
		verb = find_verb(argv[optind++]);
	ctl.arguments = argv + optind;
	ctl.argument_count = (size_t)(argc - optind);
	check_arguments(verb, &ctl);
	code = verb->run(&ctl);
	if (fflush(stdout) == EOF && code == EXIT_CODE_OK)
		return EXIT_CODE_FAILURE; /* what was asked for did not reach its reader */
	return code;
}
