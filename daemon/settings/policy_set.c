/*
 * All policy files in force: found by name in several directories, the later masking the earlier,
 * in the lexical order of their names. Loading is all or nothing, so that a reload with one bad
 * file changes nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "settings/glob.h"
#include "settings/memory.h"
#include "settings/policy_file.h"
#include "shared/roster.h"

#define SUFFIX ".policy"
#define NULL_DEVICE makedev(1, 3) /* /dev/null: Documentation/admin-guide/devices.txt, 6.12 */

struct found {
	char *path; /* owner: the list, then the set's list of hidden ones */
	const char *name; /* in @path */
};

struct found_list {
	struct found *list;
	size_t count;
	struct policy_set *set; /* gets what is hidden; borrowed */
};

/* Hidden files are an editor's; `.policy` alone has no name. */
static bool name_is_policy(const char *name)
{
	size_t length = strlen(name);
	size_t suffix = strlen(SUFFIX);

	return *name != '.' && length > suffix && strcmp(name + length - suffix, SUFFIX) == 0;
}

static bool path_is_disabled(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISCHR(status.st_mode) && status.st_rdev == NULL_DEVICE;
}

/* Takes @path; copies @by. */
static void hidden_add(struct policy_set *set, char *path, const char *by)
{
	set->hidden = memory_grow(set->hidden, set->hidden_count + 1, sizeof(*set->hidden));
	set->hidden[set->hidden_count++] = (struct policy_hidden){
		.path = path,
		.by = by ? memory_copy_text(by) : NULL,
		.disabled = path_is_disabled(by ? by : path),
	};
}

static void found_add(struct found_list *found, const char *directory, const char *name)
{
	size_t size = strlen(directory) + strlen(name) + 2;
	char *path = memory_new(size);
	size_t i = 0;

	snprintf(path, size, "%s/%s", directory, name);
	while (i < found->count && strcmp(found->list[i].name, name) != 0)
		i++;
	if (i == found->count)
		found->list = memory_grow(found->list, ++found->count, sizeof(*found->list));
	else
		hidden_add(found->set, found->list[i].path, path);
	found->list[i] = (struct found){ .path = path, .name = path + strlen(directory) + 1 };
}

/* readdir() tells its end from an error by errno alone. */
static void folder_scan(const char *path, bool required, struct found_list *found,
			struct problems *problems)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	int error = errno;

	if (!folder && error == ENOENT && !required)
		return;
	if (folder) {
		while ((errno = 0, entry = readdir(folder)))
			if (name_is_policy(entry->d_name))
				found_add(found, path, entry->d_name);
		error = errno;
		(void)closedir(folder); /* only read: nothing to lose */
	}
	if (error)
		problems_add(problems, path, 0, false,
			     "cannot be read: %s; expected a directory of *.policy files",
			     strerror(error));
}

static int found_compare(const void *left, const void *right)
{
	return strcmp(((const struct found *)left)->name, ((const struct found *)right)->name);
}

static void set_load_found(struct found_list *found, struct nsec default_deadline,
			   struct problems *problems)
{
	struct policy_set *set = found->set;

	for (size_t i = 0; i < found->count; i++) {
		char *path = found->list[i].path;
		struct policy_file file;

		if (path_is_disabled(path)) {
			hidden_add(set, path, NULL);
			continue;
		}
		if (policy_file_load(path, default_deadline, &file, problems) == 0) {
			set->files = memory_grow(set->files, set->count + 1, sizeof(file));
			set->files[set->count++] = file;
		}
		free(path);
	}
	free(found->list);
}

int policy_set_load(const struct policy_folders *folders, struct nsec default_deadline,
		    struct policy_set *ret_set, struct problems *problems)
{
	size_t errors = problems->errors;
	struct policy_set set = { 0 };
	struct found_list found = { .set = &set };
	int ret = 0;

	for (size_t i = 0; i < folders->count; i++)
		folder_scan(folders->list[i], folders->required, &found, problems);
	if (found.count)
		qsort(found.list, found.count, sizeof(*found.list), found_compare);
	set_load_found(&found, default_deadline, problems);
	if (problems->errors > errors)
		ret = -EINVAL;
	if (set.count > ROSTER_POLICIES) {
		problems_add(problems, set.files[ROSTER_POLICIES].path, 0, false,
			     "is policy number %d of %zu, expected at most %d", ROSTER_POLICIES + 1,
			     set.count, ROSTER_POLICIES);
		ret = -E2BIG;
	}
	if (ret < 0)
		policy_set_done(&set);
	else
		*ret_set = set;
	return ret;
}

const struct policy_file *policy_set_match(const struct policy_set *set, const char *path)
{
	for (size_t i = 0; i < set->count; i++)
		for (size_t j = 0; j < set->files[i].pattern_count; j++)
			if (glob_match(set->files[i].patterns[j], path))
				return &set->files[i];
	return NULL;
}

void policy_set_done(struct policy_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		policy_file_done(&set->files[i]);
	for (size_t i = 0; i < set->hidden_count; i++) {
		free(set->hidden[i].path);
		free(set->hidden[i].by);
	}
	free(set->hidden);
	free(set->files);
	*set = (struct policy_set){ 0 };
}
