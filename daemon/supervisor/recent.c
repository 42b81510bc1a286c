/*
 * See recent.h. json-c counts references without atomics, so an object that two threads hold is copied
 * under the lock instead of shared.
 */
#include "supervisor/recent.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#define RECENT_NAME "recent.json"

static struct {
	pthread_mutex_t lock;
	char directory[PATH_MAX];
	struct json_object *list; /* owner: this file, under the lock */
} recent = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void recent_path(char path[static PATH_MAX], const char *suffix)
{
	(void)snprintf(path, PATH_MAX, "%.3800s/" RECENT_NAME "%s", recent.directory, suffix);
}

static bool is_list(struct json_object *list)
{
	if (!json_object_is_type(list, json_type_array) ||
	    json_object_array_length(list) > RECENT_MAX)
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (!json_object_is_type(json_object_array_get_idx(list, i), json_type_object))
			return false;
	return true;
}

void recent_load(const char *state_dir)
{
	char path[PATH_MAX];
	struct json_object *list;

	(void)snprintf(recent.directory, sizeof(recent.directory), "%s", state_dir);
	recent_path(path, "");
	list = json_object_from_file(path);
	if (list && !is_list(list)) {
		json_object_put(list);
		list = NULL;
	}
	recent.list = list ? list : json_object_new_array();
}

static struct json_object *copy_list(void)
{
	struct json_object *copy = NULL;

	if (!recent.list || json_object_deep_copy(recent.list, &copy, NULL) < 0)
		return json_object_new_array();
	return copy;
}

static int recent_save(struct json_object *list)
{
	char path[PATH_MAX], target[PATH_MAX];

	recent_path(path, ".tmp");
	recent_path(target, "");
	if (json_object_to_file_ext(path, list, JSON_C_TO_STRING_PLAIN) < 0)
		return errno ? -errno : -EIO;
	return rename(path, target) < 0 ? -errno : 0;
}

int recent_add(struct json_object *outcome)
{
	struct json_object *copy;
	int ret;

	pthread_mutex_lock(&recent.lock);
	if (!recent.list)
		recent.list = json_object_new_array();
	(void)json_object_array_add(recent.list, outcome);
	if (json_object_array_length(recent.list) > RECENT_MAX)
		(void)json_object_array_del_idx(recent.list, 0, 1);
	copy = copy_list();
	pthread_mutex_unlock(&recent.lock);
	errno = 0;
	ret = recent_save(copy);
	json_object_put(copy);
	return ret;
}

struct json_object *recent_list(void)
{
	struct json_object *copy;

	pthread_mutex_lock(&recent.lock);
	copy = copy_list();
	pthread_mutex_unlock(&recent.lock);
	return copy;
}
