/*
 * Policies against the groups of this host: who has which, and who has nothing. What has nothing may be a
 * typing error as well as a container that is not there yet: hence warnings, never errors.
 */
#include "ctl/check.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/text.h"
#include "ctl/hierarchy.h"
#include "settings/glob.h"
#include "settings/memory.h"
#include "shared/knobs.h"

#define SHOWN_SIZE 512 /* of an escaped path in a message */
#define DEPTH_MAX (PATH_MAX / 2) /* each component has a slash and a byte */

/* A group above the one that is visited: the walk goes down before it goes on. */
struct above {
	size_t length; /* of its path */
	const struct policy_file *file; /* in charge of it, also when it was inherited; or NULL */
};

struct walk {
	struct check *check;
	const char *mount;
	struct above above[DEPTH_MAX];
	size_t depth;
	char path[PATH_MAX]; /* of the group visited last */
};

static void names_add(struct check_names *names, const char *path)
{
	names->list = memory_grow(names->list, names->count + 1, sizeof(char *));
	names->list[names->count++] = memory_copy_text(path);
}

static void names_done(struct check_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
}

static void note_taken(struct check_pattern *pattern, const struct policy_file *winner)
{
	pattern->others |= pattern->by && pattern->by != winner;
	pattern->by = pattern->by ? pattern->by : winner;
}

static void note_patterns(struct check *check, const char *path, const struct policy_file *winner)
{
	for (size_t i = 0; i < check->set.count; i++) {
		const struct policy_file *file = &check->set.files[i];

		for (size_t j = 0; j < file->pattern_count; j++) {
			struct check_pattern *pattern = &check->policies[i].patterns[j];

			if (!glob_match(file->patterns[j], path))
				continue;
			names_add(&pattern->groups, path);
			if (file == winner)
				pattern->own++;
			else
				note_taken(pattern, winner);
		}
	}
}

static bool file_is_finite(const struct walk *walk, const char *path, const char *name)
{
	char file[2 * PATH_MAX + 64];
	uint64_t limit;
	int fd, ret;

	snprintf(file, sizeof(file), "%s%s/%s", walk->mount, path, name);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	ret = fd < 0 ? fd : gauge_read(fd, &limit);
	io_close(&fd);
	return ret == 0 && !limit_is_unlimited(limit);
}

static bool has_limit(const struct walk *walk, const char *path)
{
	return file_is_finite(walk, path, KNOB_FILE_LIMIT) ||
	       file_is_finite(walk, path, KNOB_FILE_MEMSW_LIMIT);
}

/* Return: who is in charge of the group at @path, which no policy matches. */
static const struct policy_file *note_child(struct walk *walk, const char *path)
{
	const struct policy_file *file = walk->depth ? walk->above[walk->depth - 1].file : NULL;
	struct check_names *children;
	bool limit;

	if (!file || file->policy.mode == POLICY_IGNORE)
		return NULL;
	children = walk->check->policies[file - walk->check->set.files].children;
	limit = has_limit(walk, path);
	if (file->children == POLICY_CHILDREN_INHERIT)
		names_add(&children[limit ? CHECK_CHILD_TAKEN_IN : CHECK_CHILD_LIMITLESS], path);
	else if (limit)
		names_add(&children[CHECK_CHILD_KERNEL], path);
	return file;
}

/* Leaves on the stack what @path is below of. */
static void climb(struct walk *walk, const char *path)
{
	while (walk->depth) {
		size_t length = walk->above[walk->depth - 1].length;

		if (strncmp(walk->path, path, length) == 0 && path[length] == '/')
			return;
		walk->depth--;
	}
}

static void visit(const char *path, void *context)
{
	struct walk *walk = context;
	struct check *check = walk->check;
	const struct policy_file *file = policy_set_match(&check->set, path);
	size_t length = strlen(path);

	if (length >= sizeof(walk->path))
		return;
	climb(walk, path);
	note_patterns(check, path, file);
	if (file)
		check->policies[file - check->set.files].groups++;
	else
		file = note_child(walk, path);
	memcpy(walk->path, path, length + 1);
	if (walk->depth < DEPTH_MAX)
		walk->above[walk->depth++] = (struct above){ .length = length, .file = file };
}

static void warn_pattern(struct check *check, const struct policy_file *file, size_t index)
{
	const struct check_pattern *pattern =
		&check->policies[file - check->set.files].patterns[index];
	char shown[SHOWN_SIZE];

	text_escape(file->patterns[index], shown, sizeof(shown));
	if (!pattern->groups.count)
		problems_add(&check->problems, file->path, file->lines[index], true,
			     "pattern '%s' matches no control group now", shown);
	else if (!pattern->own)
		problems_add(&check->problems, file->path, file->lines[index], true,
			     "pattern '%s' is shadowed: policy %s%s has all that it matches now",
			     shown, pattern->by->policy.name,
			     pattern->others ? " with others" : "");
}

/* What holds for the whole file is said once. */
static void warn_file(struct check *check, const struct policy_file *file)
{
	const struct check_policy *policy = &check->policies[file - check->set.files];
	struct check_pattern all = { .by = NULL };

	for (size_t i = 0; i < file->pattern_count; i++) {
		all.others |= policy->patterns[i].others;
		if (policy->patterns[i].by)
			note_taken(&all, policy->patterns[i].by);
	}
	if (policy->groups)
		for (size_t i = 0; i < file->pattern_count; i++)
			warn_pattern(check, file, i);
	else if (all.by)
		problems_add(&check->problems, file->path, 0, true,
			     "is shadowed: policy %s%s has all that it matches now",
			     all.by->policy.name, all.others ? " with others" : "");
	else
		problems_add(&check->problems, file->path, 0, true, "matches no control group now");
}

static void warn_hidden(struct check *check)
{
	char shown[SHOWN_SIZE];

	for (size_t i = 0; i < check->set.hidden_count; i++) {
		const struct policy_hidden *hidden = &check->set.hidden[i];

		if (!hidden->by)
			problems_add(&check->problems, hidden->path, 0, true,
				     "is a link to /dev/null: no policy of this name is in force");
		else
			problems_add(&check->problems, hidden->path, 0, true,
				     "can never run: %s by %s",
				     hidden->disabled ? "disabled" : "masked",
				     text_escape(hidden->by, shown, sizeof(shown)));
	}
}

void check_match(struct check *check)
{
	char mount[PATH_MAX];
	struct walk *walk = memory_new(sizeof(*walk));

	warn_hidden(check);
	check->policies = memory_new((check->set.count + 1) * sizeof(*check->policies));
	for (size_t i = 0; i < check->set.count; i++)
		check->policies[i].patterns = memory_new(check->set.files[i].pattern_count *
							 sizeof(*check->policies[i].patterns));
	walk->check = check;
	walk->mount = mount;
	check->counted = hierarchy_find(mount) == 0 && hierarchy_walk(mount, visit, walk) == 0;
	free(walk);
	for (size_t i = 0; check->counted && i < check->set.count; i++)
		warn_file(check, &check->set.files[i]);
}

void check_match_done(struct check *check)
{
	for (size_t i = 0; i < check->set.count; i++) {
		struct check_policy *policy = &check->policies[i];

		for (size_t j = 0; j < check->set.files[i].pattern_count; j++)
			names_done(&policy->patterns[j].groups);
		free(policy->patterns);
		for (size_t j = 0; j < CHECK_CHILD_COUNT; j++)
			names_done(&policy->children[j]);
	}
	free(check->policies);
	check->policies = NULL;
}
