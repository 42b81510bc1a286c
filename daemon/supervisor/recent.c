/*
 * See recent.h. json-c counts references without atomics, so an object that two threads hold is copied
 * under the lock instead of shared.
 */
#include "supervisor/recent.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "settings/history_file.h"
#include "settings/memory.h"

static struct {
	pthread_mutex_t lock;
	struct json_object *list; /* owner: this file, under the lock */
} recent = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void add_line(const char *line)
{
	struct json_object *record = json_tokener_parse(line);

	if (json_object_is_type(record, json_type_object))
		recent_add(record);
	else
		json_object_put(record);
}

/* The last lines alone are parsed: the history is much longer than the list. */
void recent_load(const char *state_dir)
{
	char *last[RECENT_MAX] = { NULL };
	struct history_file history;
	const char *line;
	size_t count = 0;

	if (history_file_open(state_dir, &history) < 0)
		return;
	while (history_file_next(&history, &line) > 0) {
		free(last[count % RECENT_MAX]);
		last[count++ % RECENT_MAX] = memory_copy_text(line);
	}
	history_file_done(&history);
	for (size_t i = count > RECENT_MAX ? count - RECENT_MAX : 0; i < count; i++) {
		add_line(last[i % RECENT_MAX]);
		free(last[i % RECENT_MAX]);
	}
}

static bool has_id(struct json_object *record, const char *id)
{
	struct json_object *value;

	return json_object_object_get_ex(record, "id", &value) &&
	       json_object_is_type(value, json_type_string) &&
	       strcmp(json_object_get_string(value), id) == 0;
}

bool recent_has(const char *id)
{
	bool found = false;

	pthread_mutex_lock(&recent.lock);
	for (size_t i = 0; recent.list && i < json_object_array_length(recent.list); i++)
		found = found || has_id(json_object_array_get_idx(recent.list, i), id);
	pthread_mutex_unlock(&recent.lock);
	return found;
}

void recent_add(struct json_object *record)
{
	pthread_mutex_lock(&recent.lock);
	if (!recent.list)
		recent.list = json_object_new_array();
	(void)json_object_array_add(recent.list, record);
	if (json_object_array_length(recent.list) > RECENT_MAX)
		(void)json_object_array_del_idx(recent.list, 0, 1);
	pthread_mutex_unlock(&recent.lock);
}

struct json_object *recent_list(void)
{
	struct json_object *copy = NULL;

	pthread_mutex_lock(&recent.lock);
	if (!recent.list || json_object_deep_copy(recent.list, &copy, NULL) < 0)
		copy = json_object_new_array();
	pthread_mutex_unlock(&recent.lock);
	return copy;
}
