/*
 * `oomhandlerctl check`: read the configuration as the daemon would, list all that is wrong with it, and
 * say what each policy matches now. The matching is done here, on the groups that exist, so it tells of
 * files the daemon has not loaded yet, and needs no daemon.
 */
#include "ctl/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ctl/ctl.h"
#include "settings/config.h"
#include "settings/human.h"
#include "settings/memory.h"
#include "settings/options.h"
#include "settings/policy_text.h"

#define NAME_SIZE 4096 /* of an escaped path; longer ones are cut, for print only */
#define NAMES_SHOWN 8 /* of a list of groups; --json has all */

static bool ends_with(const char *text, const char *suffix)
{
	size_t length = strlen(text), tail = strlen(suffix);

	return length > tail && strcmp(text + length - tail, suffix) == 0;
}

/* The result of a loader is not needed here: an error of it is in the list of problems. */
static void load_file(const char *path, struct nsec deadline, struct check *check)
{
	struct policy_set *set = &check->set;
	struct policy_file file;
	struct config config;

	if (ends_with(path, ".conf")) {
		(void)config_load(path, true, &config, &check->problems);
		return;
	}
	if (!ends_with(path, ".policy")) {
		problems_add(&check->problems, path, 0, false,
			     "expected a *.conf or *.policy file");
		return;
	}
	if (policy_file_load(path, deadline, &file, &check->problems) < 0)
		return;
	set->files = memory_grow(set->files, set->count + 1, sizeof(file));
	set->files[set->count++] = file;
}

static void load(const struct ctl *ctl, struct check *check)
{
	const struct policy_folders folders = { .list = ctl->policy_dir,
						.count = ctl->policy_dir_count,
						.required = ctl->policy_dirs_given };
	struct config config;

	config_defaults(&config);
	if (ctl->argument_count) {
		for (size_t i = 0; i < ctl->argument_count; i++)
			load_file(ctl->arguments[i], config.default_deadline, check);
		return;
	}
	(void)config_load(ctl->config, ctl->config_given, &config, &check->problems);
	(void)policy_set_load(&folders, config.default_deadline, &check->set, &check->problems);
}

/* `    what      3: /a, /b, /c` */
static void print_names(const char *what, const struct check_names *names)
{
	char name[NAME_SIZE];

	if (!names->count)
		return;
	printf("    %-9s %zu: ", what, names->count);
	for (size_t i = 0; i < names->count && i < NAMES_SHOWN; i++)
		printf("%s%s", i ? ", " : "", text_escape(names->list[i], name, sizeof(name)));
	if (names->count > NAMES_SHOWN)
		printf(" and %zu more", names->count - NAMES_SHOWN);
	printf("\n");
}

static void print_patterns(const struct check *check, size_t index)
{
	const struct policy_file *file = &check->set.files[index];
	char name[NAME_SIZE];

	for (size_t i = 0; i < file->pattern_count; i++) {
		printf("  cgroup    %s\n", text_escape(file->patterns[i], name, sizeof(name)));
		if (check->counted)
			print_names("now", &check->policies[index].patterns[i].groups);
	}
}

static void print_children(const struct check *check, size_t index)
{
	const struct policy_file *file = &check->set.files[index];
	const struct check_names *children = check->policies[index].children;

	printf("  children  %s\n", policy_describe_children(file->children));
	print_names("taken in", &children[CHECK_CHILD_TAKEN_IN]);
	print_names("no limit", &children[CHECK_CHILD_LIMITLESS]);
	print_names("kernel", &children[CHECK_CHILD_KERNEL]);
}

static void print_rules(const struct policy_rules *rules)
{
	for (uint32_t list = 0; list < RULE_LIST_COUNT; list++) {
		uint32_t count = 0;

		for (uint32_t i = 0; i < rules->count; i++) {
			if (rules->rule[i].list != list)
				continue;
			if (!count++)
				printf("  %-9s", policy_describe_list(list));
			printf(" %s", rules->rule[i].text);
		}
		if (count)
			printf("\n");
	}
}

static void print_policy(const struct check *check, size_t index)
{
	const struct policy_file *file = &check->set.files[index];
	const struct policy *policy = &file->policy;
	char name[NAME_SIZE], step[POLICY_STEP_TEXT_SIZE], deadline[HUMAN_SIZE];

	printf("%s (%s)\n  mode      %s, deadline %s\n", policy->name,
	       text_escape(file->path, name, sizeof(name)), policy_describe_mode(policy->mode),
	       human_span(policy->deadline, deadline));
	print_patterns(check, index);
	print_children(check, index);
	print_rules(&file->rules);
	printf("  order     %s, unit %s, oom_score_adj -1000 %s\n",
	       policy_describe_order(policy->order), policy_describe_unit(policy->unit),
	       policy->spare_adj ? "protected" : "not protected");
	for (uint32_t i = 0; i < policy->step_count; i++)
		printf("  step      %s\n",
		       policy_describe_step(&policy->step[i], step, sizeof(step)));
	printf("  budget    %s\n  failures  %s\n  at last   %s\n",
	       option_print(option_find(&policy_options, "KillBudget"), file, name, sizeof(name)),
	       policy_describe_alloc_failure(policy->alloc_failure),
	       policy_describe_last_resort(policy->last_resort));
	if (check->counted)
		printf("  matches   %" PRIu64 " control group%s now\n",
		       check->policies[index].groups,
		       check->policies[index].groups == 1 ? "" : "s");
}

static void print_words(const struct check *check)
{
	problems_print(&check->problems, stdout);
	if (check->problems.errors)
		return;
	for (size_t i = 0; i < check->set.count; i++)
		print_policy(check, i);
	printf("%zu polic%s, no errors\n", check->set.count, check->set.count == 1 ? "y" : "ies");
}

enum exit_code check_run(const struct ctl *ctl)
{
	struct check check = { .counted = false };
	enum exit_code code;

	load(ctl, &check);
	check_match(&check);
	if (ctl->json)
		check_print_json(&check);
	else
		print_words(&check);
	code = check.problems.errors ? EXIT_CODE_CONFIG : EXIT_CODE_OK;
	check_match_done(&check);
	policy_set_done(&check.set);
	problems_done(&check.problems);
	return code;
}
