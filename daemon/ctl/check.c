/*
 * `oomhandlerctl check`: read the configuration as the daemon would, list all that is wrong with it, and
 * say what each policy matches now. The matching is done here, on the groups that exist, so it tells of
 * files the daemon has not loaded yet, and needs no daemon.
 */
#include "ctl/ctl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/text.h"
#include "ctl/hierarchy.h"
#include "settings/config.h"
#include "settings/human.h"
#include "settings/policy_file.h"
#include "settings/policy_text.h"

#define NAME_SIZE 4096 /* of an escaped path; longer ones are cut, for print only */

struct check {
	struct problems problems; /* owner: this struct, as all below */
	struct policy_set set;
	uint64_t *matches; /* per policy of the set */
	bool counted; /* the hierarchy could be walked */
};

static void *or_die(void *memory)
{
	if (memory)
		return memory;
	fputs(CTL_NAME ": out of memory\n", stderr);
	exit(EXIT_CODE_FAILURE);
}

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
	set->files = or_die(reallocarray(set->files, set->count + 1, sizeof(file)));
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

static void count_match(const char *path, void *context)
{
	struct check *check = context;
	const struct policy_file *file = policy_set_match(&check->set, path);

	if (file)
		check->matches[file - check->set.files]++;
}

/* What matches nothing may be a typing error as well as a container that is not there yet: a warning. */
static void count_matches(struct check *check)
{
	char mount[PATH_MAX];

	check->matches = or_die(calloc(check->set.count + 1, sizeof(check->matches[0])));
	if (hierarchy_find(mount) < 0 || hierarchy_walk(mount, count_match, check) < 0)
		return;
	check->counted = true;
	for (size_t i = 0; i < check->set.count; i++)
		if (!check->matches[i])
			problems_add(&check->problems, check->set.files[i].path, 0, true,
				     "matches no control group now");
}

static void print_policy(const struct check *check, size_t index)
{
	const struct policy_file *file = &check->set.files[index];
	char name[NAME_SIZE], step[POLICY_STEP_TEXT_SIZE], deadline[HUMAN_SIZE];

	printf("%s (%s)\n  mode      %s, deadline %s\n", file->policy.name,
	       text_escape(file->path, name, sizeof(name)), policy_describe_mode(file->policy.mode),
	       human_span(file->policy.deadline, deadline));
	for (size_t i = 0; i < file->pattern_count; i++)
		printf("  cgroup    %s\n", text_escape(file->patterns[i], name, sizeof(name)));
	for (uint32_t i = 0; i < file->policy.step_count; i++)
		printf("  step      %s\n",
		       policy_describe_step(&file->policy.step[i], step, sizeof(step)));
	if (check->counted)
		printf("  matches   %" PRIu64 " control group%s now\n", check->matches[index],
		       check->matches[index] == 1 ? "" : "s");
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

static struct json_object *escaped_json(const char *text)
{
	char name[NAME_SIZE];

	return json_object_new_string(text_escape(text, name, sizeof(name)));
}

static struct json_object *problem_to_json(const struct problem *problem)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "file", json_object_new_string(problem->file));
	json_object_object_add(object, "line",
			       problem->line ? json_object_new_uint64(problem->line) : NULL);
	json_object_object_add(object, "warning", json_object_new_boolean(problem->warning));
	json_object_object_add(object, "text", json_object_new_string(problem->text));
	return object;
}

static struct json_object *policy_to_json(const struct check *check, size_t index)
{
	const struct policy_file *file = &check->set.files[index];
	struct json_object *object = json_object_new_object();
	struct json_object *patterns = json_object_new_array();
	struct json_object *steps = json_object_new_array();
	char step[POLICY_STEP_TEXT_SIZE];

	for (size_t i = 0; i < file->pattern_count; i++)
		json_object_array_add(patterns, escaped_json(file->patterns[i]));
	for (uint32_t i = 0; i < file->policy.step_count; i++)
		json_object_array_add(steps, json_object_new_string(policy_describe_step(
						     &file->policy.step[i], step, sizeof(step))));
	json_object_object_add(object, "name", json_object_new_string(file->policy.name));
	json_object_object_add(object, "file", escaped_json(file->path));
	json_object_object_add(object, "mode",
			       json_object_new_string(policy_describe_mode(file->policy.mode)));
	json_object_object_add(object, "deadline_msec",
			       json_object_new_uint64(file->policy.deadline.count / NSEC_PER_MSEC));
	json_object_object_add(object, "patterns", patterns);
	json_object_object_add(object, "steps", steps);
	json_object_object_add(object, "groups",
			       check->counted ? json_object_new_uint64(check->matches[index])
					      : NULL);
	return object;
}

static void print_json(const struct check *check)
{
	struct json_object *object = json_object_new_object();
	struct json_object *problems = json_object_new_array();
	struct json_object *policies = json_object_new_array();

	for (size_t i = 0; i < check->problems.count; i++)
		json_object_array_add(problems, problem_to_json(&check->problems.list[i]));
	for (size_t i = 0; i < check->set.count; i++)
		json_object_array_add(policies, policy_to_json(check, i));
	json_object_object_add(object, "ok", json_object_new_boolean(!check->problems.errors));
	json_object_object_add(object, "problems", problems);
	json_object_object_add(object, "policies", policies);
	ctl_print_json(object);
}

enum exit_code check_run(const struct ctl *ctl)
{
	struct check check = { .counted = false };
	enum exit_code code;

	load(ctl, &check);
	count_matches(&check);
	if (ctl->json)
		print_json(&check);
	else
		print_words(&check);
	code = check.problems.errors ? EXIT_CODE_CONFIG : EXIT_CODE_OK;
	free(check.matches);
	policy_set_done(&check.set);
	problems_done(&check.problems);
	return code;
}
