/* What check found, for machines. Numbers are exact, names are escaped, lists are whole. */
#include "ctl/check.h"

#include <stdio.h>

#include <json-c/json.h>

#include "base/text.h"
#include "ctl/ctl.h"
#include "settings/options.h"
#include "settings/policy_text.h"

#define NAME_SIZE 4096 /* of an escaped path; longer ones are cut, for print only */

static void add(struct json_object *object, const char *key, struct json_object *value)
{
	(void)json_object_object_add(object, key, value); /* fails only without memory */
}

static void add_text(struct json_object *object, const char *key, const char *text)
{
	add(object, key, json_object_new_string(text));
}

static struct json_object *escaped(const char *text)
{
	char name[NAME_SIZE];

	return json_object_new_string(text_escape(text, name, sizeof(name)));
}

static struct json_object *names_to_json(const struct check_names *names)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < names->count; i++)
		(void)json_object_array_add(array, escaped(names->list[i]));
	return array;
}

static struct json_object *problems_to_json(const struct problems *problems)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < problems->count; i++) {
		const struct problem *problem = &problems->list[i];
		struct json_object *object = json_object_new_object();

		add_text(object, "file", problem->file);
		add(object, "line", problem->line ? json_object_new_uint64(problem->line) : NULL);
		add(object, "warning", json_object_new_boolean(problem->warning));
		add_text(object, "text", problem->text);
		(void)json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *patterns_to_json(const struct policy_file *file)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < file->pattern_count; i++)
		(void)json_object_array_add(array, escaped(file->patterns[i]));
	return array;
}

static struct json_object *steps_to_json(const struct policy *policy)
{
	struct json_object *array = json_object_new_array();
	char step[POLICY_STEP_TEXT_SIZE];

	for (uint32_t i = 0; i < policy->step_count; i++)
		(void)json_object_array_add(array, json_object_new_string(policy_describe_step(
							   &policy->step[i], step, sizeof(step))));
	return array;
}

static struct json_object *rules_to_json(const struct policy_rules *rules)
{
	struct json_object *array = json_object_new_array();
	char text[RULE_TEXT_SIZE + 16];

	for (uint32_t i = 0; i < rules->count; i++) {
		snprintf(text, sizeof(text), "%s=%s", policy_describe_list(rules->rule[i].list),
			 rules->rule[i].text);
		(void)json_object_array_add(array, json_object_new_string(text));
	}
	return array;
}

/* A list of groups for each pattern. */
static struct json_object *matches_to_json(const struct policy_file *file,
					   const struct check_policy *policy)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < file->pattern_count; i++) {
		struct json_object *object = json_object_new_object();

		add(object, "pattern", escaped(file->patterns[i]));
		add(object, "line", json_object_new_uint64(file->lines[i]));
		add(object, "groups", names_to_json(&policy->patterns[i].groups));
		add(object, "own", json_object_new_uint64(policy->patterns[i].own));
		(void)json_object_array_add(array, object);
	}
	return array;
}

static void add_now(struct json_object *object, const struct policy_file *file,
		    const struct check_policy *policy)
{
	add(object, "groups", json_object_new_uint64(policy->groups));
	add(object, "matches", matches_to_json(file, policy));
	add(object, "taken_in", names_to_json(&policy->children[CHECK_CHILD_TAKEN_IN]));
	add(object, "limitless", names_to_json(&policy->children[CHECK_CHILD_LIMITLESS]));
	add(object, "left_to_kernel", names_to_json(&policy->children[CHECK_CHILD_KERNEL]));
}

static struct json_object *policy_to_json(const struct check *check, size_t index)
{
	const struct policy_file *file = &check->set.files[index];
	const struct policy *policy = &file->policy;
	struct json_object *object = json_object_new_object();
	char budget[VALUE_TEXT_SIZE];

	add_text(object, "name", policy->name);
	add(object, "file", escaped(file->path));
	add_text(object, "mode", policy_describe_mode(policy->mode));
	add(object, "deadline_msec",
	    json_object_new_uint64(policy->deadline.count / NSEC_PER_MSEC));
	add(object, "patterns", patterns_to_json(file));
	add_text(object, "children", policy_describe_children(file->children));
	add(object, "rules", rules_to_json(&file->rules));
	add_text(object, "order", policy_describe_order(policy->order));
	add_text(object, "unit", policy_describe_unit(policy->unit));
	add(object, "protect_adj", json_object_new_boolean(policy->spare_adj != 0));
	add(object, "steps", steps_to_json(policy));
	add_text(object, "kill_budget",
		 option_print(option_find(&policy_options, "KillBudget"), file, budget,
			      sizeof(budget)));
	add_text(object, "on_alloc_failure", policy_describe_alloc_failure(policy->alloc_failure));
	add_text(object, "last_resort", policy_describe_last_resort(policy->last_resort));
	if (check->counted)
		add_now(object, file, &check->policies[index]);
	else
		add(object, "groups", NULL);
	return object;
}

void check_print_json(const struct check *check)
{
	struct json_object *object = json_object_new_object();
	struct json_object *policies = json_object_new_array();

	for (size_t i = 0; i < check->set.count; i++)
		(void)json_object_array_add(policies, policy_to_json(check, i));
	add(object, "ok", json_object_new_boolean(!check->problems.errors));
	add(object, "problems", problems_to_json(&check->problems));
	add(object, "policies", policies);
	ctl_print_json(object);
}
