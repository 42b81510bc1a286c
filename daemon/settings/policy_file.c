/*
 * One policy file: the option table reads it, this file adds what a table cannot say: the lists,
 * which lists must not be empty, and that the kernel's killer is always the last step. Whether the parts
 * go together is judged in policy_draft.c.
 */
#include "settings/policy_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "settings/glob.h"
#include "settings/memory.h"
#include "settings/policy_draft.h"
#include "settings/policy_text.h"

#define SHOWN_SIZE 120 /* of a bad pattern in a message */
#define SUFFIX ".policy"
#define PATTERN_EXPECTED "a path such as /docker/*"

static void pattern_append(struct policy_file *file, const char *pattern,
			   const struct problem_site *site)
{
	const char *reason;
	char shown[SHOWN_SIZE];

	if (file->pattern_count > POLICY_PATTERNS)
		return; /* said */
	if (file->pattern_count == POLICY_PATTERNS)
		problem_site_error(site, "too many patterns, expected at most %d", POLICY_PATTERNS);
	else if (!*pattern)
		problem_site_error(site, "Cgroup= has no value, expected " PATTERN_EXPECTED);
	else if (glob_check(pattern, &reason) < 0)
		problem_site_error(site,
				   "pattern '%s' cannot be used: %s; expected " PATTERN_EXPECTED,
				   text_escape(pattern, shown, sizeof(shown)), reason);
	file->patterns = memory_grow(file->patterns, file->pattern_count + 1, sizeof(char *));
	file->lines = memory_grow(file->lines, file->pattern_count + 1, sizeof(unsigned int));
	file->patterns[file->pattern_count] = memory_copy_text(pattern);
	file->lines[file->pattern_count++] = site->line;
}

/* Does nothing but the kernel's killer make sense behind @step? */
static bool step_is_last(const struct policy_step *step)
{
	return step->kind == STEP_KERNEL ||
	       (step->kind == STEP_KILL && step->via == STEP_VIA_KERNEL);
}

/* A bad step is kept out of the list: it was reported, and must not spoil those that follow. */
static void step_append(struct policy_draft *draft, const char *text,
			const struct problem_site *site)
{
	struct policy *policy = &draft->file.policy;
	uint32_t count = policy->step_count;
	const struct policy_step *before = count ? &policy->step[count - 1] : NULL;
	struct policy_step step;

	if (policy_parse_step(text, site, &step) < 0)
		return;
	if (before && before->kind == STEP_KERNEL)
		problem_site_error(site, "this step can never run, expected nothing behind kernel");
	else if (before && step_is_last(before) && step.kind != STEP_KERNEL)
		problem_site_error(
			site,
			"this step can never run, expected only kernel behind kill via=kernel");
	else if (count == POLICY_STEPS - 1 && step.kind != STEP_KERNEL)
		problem_site_error(site, "too many steps, expected at most %d before kernel",
				   POLICY_STEPS - 1);
	else {
		draft->step_lines[count] = site->line;
		policy->step[policy->step_count++] = step;
	}
}

static void rule_append(struct policy_draft *draft, const struct option_row *row, const char *text,
			const struct problem_site *site)
{
	char expected[] = "a rule such as comm:java*";

	for (uint32_t i = 0; i < RULE_LIST_COUNT; i++) {
		if (strcmp(row->key, policy_list_names[i]) != 0)
			continue;
		if (!*text && i != RULE_SHIM)
			problem_site_error(site, "%s= has no value, expected %s", row->key,
					   expected);
		rules_append(&draft->file.rules, &draft->sources, i, text, site);
	}
}

static void policy_append(void *values, const struct option_row *row, const char *text,
			  const struct problem_site *site)
{
	struct policy_draft *draft = values;

	if (strcmp(row->key, "Cgroup") == 0)
		pattern_append(&draft->file, text, site);
	else if (strcmp(row->key, "Step") == 0)
		step_append(draft, text, site);
	else
		rule_append(draft, row, text, site);
}

static void steps_complete(struct policy *policy)
{
	uint32_t count = policy->step_count;

	if (!count)
		policy->step[count++] = policy_default_step(STEP_KILL);
	if (policy->step[count - 1].kind != STEP_KERNEL)
		policy->step[count++] = policy_default_step(STEP_KERNEL);
	policy->step_count = count;
}

/* Escaped before it is cut: text_escape() never leaves half an escape at the end. */
static void policy_set_name(struct policy *policy, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = memory_copy_text(slash ? slash + 1 : path);
	size_t length = strlen(name);
	size_t suffix = strlen(SUFFIX);

	if (length > suffix && strcmp(name + length - suffix, SUFFIX) == 0)
		name[length - suffix] = '\0';
	text_escape(name, policy->name, sizeof(policy->name));
	free(name);
}

/* Return: 0 when the draft holds all that the file says. */
static int draft_read(struct policy_draft *draft, struct problems *problems)
{
	const char *path = draft->file.path;
	const struct option_target target = {
		.table = &policy_options,
		.values = draft,
		.append = policy_append,
		.lines = draft->lines,
	};
	int ret;

	options_default(&target);
	ret = options_load(path, &target, problems);
	if (ret == -ENOENT)
		problems_add(problems, path, 0, false, "cannot be read: %s", strerror(ENOENT));
	else if (ret != -EIO && !draft->file.pattern_count)
		problems_add(problems, path, 0, false,
			     "names no control group, expected Cgroup= in [Match]");
	return ret == 0 && !draft->file.pattern_count ? -EINVAL : ret;
}

/* The whole is judged only when every part is good: a bad Deadline= says nothing about the steps. */
int policy_file_load(const char *path, struct nsec default_deadline, struct policy_file *ret_file,
		     struct problems *problems)
{
	struct policy_draft draft = { .file.path = memory_copy_text(path),
				      .file.policy.deadline = default_deadline };
	size_t errors = problems->errors;
	int ret = draft_read(&draft, problems);

	steps_complete(&draft.file.policy);
	if (ret == 0)
		policy_draft_judge(&draft, problems);
	rule_sources_done(&draft.sources);
	if (ret < 0 || problems->errors > errors) {
		policy_file_done(&draft.file);
		return -EINVAL;
	}
	policy_set_name(&draft.file.policy, path);
	*ret_file = draft.file;
	return 0;
}

void policy_file_done(struct policy_file *file)
{
	for (size_t i = 0; i < file->pattern_count; i++)
		free(file->patterns[i]);
	free(file->patterns);
	free(file->lines);
	free(file->path);
	*file = (struct policy_file){ 0 };
}
