/*
 * Driver of the golden tests: reads one *.policy or *.conf file as the supervisor would and prints
 * either what it means, normalised, or everything that is wrong with it. `golden --defaults` prints
 * what holds without a configuration file. Exit 0 for a good file, 5 for a bad one, as the programs
 * do.
 */
#include <stdio.h>
#include <string.h>

#include "base/exit_code.h"
#include "settings/config.h"
#include "settings/options.h"
#include "settings/policy_file.h"
#include "settings/policy_text.h"

#define VALUE_SIZE 64

static void print_rows(const struct option_table *table, const void *values, const char *section)
{
	char value[VALUE_SIZE];

	for (size_t i = 0; i < table->count; i++) {
		const struct option_row *row = &table->rows[i];

		if (strcmp(row->section, section) == 0 && row->type != OPTION_LIST &&
		    row->type != OPTION_LATER)
			printf("%s=%s\n", row->key,
			       option_print(row, values, value, sizeof(value)));
	}
}

static void print_config(const struct config *config)
{
	const char *section = "";

	for (size_t i = 0; i < config_options.count; i++) {
		if (strcmp(config_options.rows[i].section, section) == 0)
			continue;
		section = config_options.rows[i].section;
		printf("[%s]\n", section);
		print_rows(&config_options, config, section);
	}
}

static void print_policy(const struct policy_file *file)
{
	char step[POLICY_STEP_TEXT_SIZE];

	printf("# %s\n[Match]\n", file->policy.name);
	for (size_t i = 0; i < file->pattern_count; i++)
		printf("Cgroup=%s\n", file->patterns[i]);
	print_rows(&policy_options, file, "Match");
	printf("[OnOOM]\n");
	for (uint32_t i = 0; i < file->policy.step_count; i++)
		printf("Step=%s\n",
		       policy_describe_step(&file->policy.step[i], step, sizeof(step)));
	print_rows(&policy_options, file, "OnOOM");
}

static int load_config(const char *path, struct problems *problems)
{
	struct config config;
	int ret = config_load(path, true, &config, problems);

	if (ret == 0)
		print_config(&config);
	return ret;
}

static int load_policy(const char *path, struct problems *problems)
{
	struct policy_file file;
	int ret = policy_file_load(path, nsec_from_msec(2000), &file, problems);

	if (ret == 0) {
		print_policy(&file);
		policy_file_done(&file);
	}
	return ret;
}

int main(int argc, char **argv)
{
	struct problems problems = { 0 };
	struct config config;
	const char *suffix = argc == 2 ? strrchr(argv[1], '.') : NULL;
	int ret;

	if (argc == 2 && strcmp(argv[1], "--defaults") == 0) {
		config_defaults(&config);
		print_config(&config);
		return 0;
	}
	if (!suffix) {
		fprintf(stderr, "usage: golden --defaults | FILE.policy | FILE.conf\n");
		return EXIT_CODE_USAGE;
	}
	ret = strcmp(suffix, ".conf") == 0 ? load_config(argv[1], &problems)
					   : load_policy(argv[1], &problems);
	problems_print(&problems, stdout);
	problems_done(&problems);
	return ret == 0 ? EXIT_CODE_OK : EXIT_CODE_CONFIG;
}
