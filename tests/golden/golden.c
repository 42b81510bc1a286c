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

typedef void print_list_function(const struct option_row *row, const void *values);

static void print_section(const struct option_table *table, const void *values, const char *section,
			  print_list_function *print_list)
{
	char value[VALUE_TEXT_SIZE];

	printf("[%s]\n", section);
	for (size_t i = 0; i < table->count; i++) {
		const struct option_row *row = &table->rows[i];

		if (strcmp(row->section, section) != 0)
			continue;
		if (row->value.type == VALUE_LIST)
			print_list(row, values);
		else
			printf("%s=%s\n", row->key,
			       option_print(row, values, value, sizeof(value)));
	}
}

static void print_sections(const struct option_table *table, const void *values,
			   print_list_function *print_list)
{
	const char *section = "";

	for (size_t i = 0; i < table->count; i++) {
		if (strcmp(table->rows[i].section, section) == 0)
			continue;
		section = table->rows[i].section;
		print_section(table, values, section, print_list);
	}
}

/* An empty list of shims says that there are none; the other lists are left out. */
static void print_rules(const struct option_row *row, const struct policy_rules *rules)
{
	bool begun = strcmp(row->key, policy_list_names[RULE_SHIM]) == 0;

	if (begun)
		printf("%s=", row->key);
	for (uint32_t i = 0, count = 0; i < rules->count; i++) {
		const struct policy_rule *rule = &rules->rule[i];

		if (strcmp(row->key, policy_list_names[rule->list]) != 0)
			continue;
		if (!begun)
			printf("%s=", row->key);
		printf("%s%s", count++ ? " " : "", rule->text);
		begun = true;
	}
	if (begun)
		printf("\n");
}

static void print_policy_list(const struct option_row *row, const void *values)
{
	const struct policy_file *file = values;
	char step[POLICY_STEP_TEXT_SIZE];

	if (strcmp(row->key, "Cgroup") == 0)
		for (size_t i = 0; i < file->pattern_count; i++)
			printf("Cgroup=%s\n", file->patterns[i]);
	else if (strcmp(row->key, "Step") == 0)
		for (uint32_t i = 0; i < file->policy.step_count; i++)
			printf("Step=%s\n",
			       policy_describe_step(&file->policy.step[i], step, sizeof(step)));
	else
		print_rules(row, &file->rules);
}

static void print_config(const struct config *config)
{
	print_sections(&config_options, config, NULL);
}

static void print_policy(const struct policy_file *file)
{
	printf("# %s\n", file->policy.name);
	print_sections(&policy_options, file, print_policy_list);
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
