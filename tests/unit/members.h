/* Members of a JSON object that a test has made: one that is not there fails the test. */
#pragma once

#include <json-c/json.h>

#include "unit/unit.h"

static inline struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value;

	ck_assert_msg(json_object_object_get_ex(object, key, &value), "no key %s", key);
	return value;
}

static inline const char *text_of(struct json_object *object, const char *key)
{
	return json_object_get_string(member(object, key));
}

static inline uint64_t number_of(struct json_object *object, const char *key)
{
	return json_object_get_uint64(member(object, key));
}

static inline struct json_object *entry(struct json_object *object, const char *key, size_t index)
{
	return json_object_array_get_idx(member(object, key), index);
}
