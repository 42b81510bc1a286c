/*
 * One policy file: the option table reads it, this file adds what a table cannot say: the lists,
 * which lists must not be empty, and that the kernel's killer is always the last step.
 */
#include "settings/policy_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "settings/glob.h"
#include "settings/memory.h"
#include "settings/options.h"
#include "settings/policy_text.h"

#define SHOWN_SIZE 120 /* of a bad pattern in a message */
#define SUFFIX ".policy"
#define PATTERN_EXPECTED "a path such as /docker/*"

static void pattern_append(struct policy_file *file, const char *pattern,
			   const struct problem_site *site)
{
	const char *reason;
	char shown[SHOWN_SIZE];

	if (!*pattern)
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

/* A bad step is kept out of the list: it was reported, and must not spoil those that follow. */
static void step_append(struct policy *policy, const char *text, const struct problem_site *site)
{
	struct policy_step step;
	uint32_t count = policy->step_count;

	if (policy_parse_step(text, site, &step) < 0)
		return;
	if (count && policy->step[count - 1].kind == STEP_KERNEL)
		problem_site_error(site, "this step can never run, expected nothing behind kernel");
	else if (count == POLICY_STEPS - 1 && step.kind != STEP_KERNEL)
		problem_site_error(site, "too many steps, expected at most %d before kernel",
				   POLICY_STEPS - 1);
	else
		policy->step[policy->step_count++] = step;
}

static void policy_append(void *values, const struct option_row *row, const char *text,
			  const struct problem_site *site)
{
	struct policy_file *file = values;

	if (strcmp(row->key, "Cgroup") == 0)
		pattern_append(file, text, site);
	else
		step_append(&file->policy, text, site);
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

int policy_file_load(const char *path, struct nsec default_deadline, struct policy_file *ret_file,
		     struct problems *problems)
{
	struct policy_file file = { .path = memory_copy_text(path) };
	const struct option_target target = {
		.table = &policy_options,
		.values = &file,
		.append = policy_append,
	};
	int ret;

	options_default(&target);
	file.policy.deadline = default_deadline;
	ret = options_load(path, &target, problems);
	if (ret == -ENOENT)
		problems_add(problems, path, 0, false, "cannot be read: %s", strerror(ENOENT));
	else if (ret != -EIO && !file.pattern_count)
		problems_add(problems, path, 0, false,
			     "names no control group, expected Cgroup= in [Match]");
	if (ret < 0 || !file.pattern_count) {
		policy_file_done(&file);
		return -EINVAL;
	}
	steps_complete(&file.policy);
	policy_set_name(&file.policy, path);
	*ret_file = file;
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
