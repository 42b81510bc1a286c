/*
 * See document.h. The recursion of the check follows the tables, which are constant and shallow, never
 * the text; the text's own depth is bounded by the tokener.
 */
#include "ctl/document.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

struct place {
	char path[128]; /* of the member that is looked at, for the message */
	struct document_fault *fault;
};

static int check_members(struct json_object *object, const struct document_member *shape,
			 const struct place *place);

static int refuse(const struct place *place, const char *expected)
{
	snprintf(place->fault->text, sizeof(place->fault->text), "%s is not %s",
		 place->path[0] ? place->path : "the document", expected);
	return -EBADMSG;
}

static void make_printable(struct json_object *object)
{
	int length = json_object_get_string_len(object);
	const char *text = json_object_get_string(object);
	bool clean = true;
	char *copy;

	for (int i = 0; i < length; i++)
		clean = clean && text[i] >= 0x20 && text[i] < 0x7f;
	if (clean)
		return;
	copy = strndup(text, (size_t)length);
	if (!copy)
		return (void)json_object_set_string(object, "?");
	for (char *at = copy; *at; at++)
		if (*at < 0x20 || *at >= 0x7f)
			*at = '?';
	(void)json_object_set_string(object, copy);
	free(copy);
}

static int check_text(struct json_object *object, const struct place *place)
{
	if (!json_object_is_type(object, json_type_string))
		return refuse(place, "a text");
	make_printable(object);
	return 0;
}

static int check_number(struct json_object *object, bool negative_too, const struct place *place)
{
	if (!json_object_is_type(object, json_type_int))
		return refuse(place, "a whole number");
	if (!negative_too && json_object_get_int64(object) < 0)
		return refuse(place, "a number from 0");
	return 0;
}

static int check_list(struct json_object *list, const struct document_member *member,
		      const struct place *place)
{
	int ret = 0;

	if (!json_object_is_type(list, json_type_array))
		return refuse(place, "a list");
	for (size_t i = 0; ret == 0 && i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		struct place below = { .fault = place->fault };

		snprintf(below.path, sizeof(below.path), "%.100s[%zu]", place->path, i);
		ret = member->type == DOCUMENT_TEXTS ? check_text(item, &below)
						     : check_members(item, member->shape, &below);
	}
	return ret;
}

static int check_member(struct json_object *object, const struct document_member *member,
			const struct place *place)
{
	switch (member->type) {
	case DOCUMENT_TEXT:
		return check_text(object, place);
	case DOCUMENT_COUNT:
		return check_number(object, false, place);
	case DOCUMENT_SIGNED:
		return check_number(object, true, place);
	case DOCUMENT_FLAG:
		return json_object_is_type(object, json_type_boolean)
			       ? 0
			       : refuse(place, "true or false");
	case DOCUMENT_OBJECT:
		return check_members(object, member->shape, place);
	case DOCUMENT_OBJECTS:
	case DOCUMENT_TEXTS:
		return check_list(object, member, place);
	}
	return refuse(place, "of a known type");
}

static int check_members(struct json_object *object, const struct document_member *shape,
			 const struct place *place)
{
	int ret = 0;

	if (!json_object_is_type(object, json_type_object))
		return refuse(place, "an object");
	for (; ret == 0 && shape->key; shape++) {
		struct place below = { .fault = place->fault };
		struct json_object *value;

		if (!json_object_object_get_ex(object, shape->key, &value) || !value)
			continue;
		snprintf(below.path, sizeof(below.path), "%.90s%s%s", place->path,
			 place->path[0] ? "." : "", shape->key);
		ret = check_member(value, shape, &below);
	}
	return ret;
}

static int tokenize(const char *text, size_t length, struct document_fault *fault,
		    struct json_object **ret_root)
{
	struct json_tokener *tokener = json_tokener_new_ex(DOCUMENT_DEPTH);
	enum json_tokener_error error;
	struct json_object *root;

	if (!tokener)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	/* The NUL goes along: without it the tokener would wait for more after a bare number. */
	root = json_tokener_parse_ex(tokener, text, (int)length + 1);
	error = json_tokener_get_error(tokener);
	json_tokener_free(tokener);
	if (error == json_tokener_success && root) {
		*ret_root = root;
		return 0;
	}
	json_object_put(root);
	snprintf(fault->text, sizeof(fault->text), "not complete JSON: %s",
		 json_tokener_error_desc(error));
	return -EBADMSG;
}

int document_parse(const char *text, size_t length, const struct document_member *shape,
		   struct document_fault *fault, struct json_object **ret_root)
{
	const struct place place = { .fault = fault };
	struct json_object *root;
	int ret;

	if (length >= INT_MAX || strlen(text) != length) {
		snprintf(fault->text, sizeof(fault->text), "not JSON: NUL bytes inside");
		return -EBADMSG;
	}
	ret = tokenize(text, length, fault, &root);
	if (ret < 0)
		return ret;
	ret = check_members(root, shape, &place);
	if (ret < 0) {
		json_object_put(root);
		return ret;
	}
	*ret_root = root;
	return 0;
}

static struct json_object *member_of(const struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	return object && json_object_object_get_ex(object, key, &value) ? value : NULL;
}

bool document_has(const struct json_object *object, const char *key)
{
	return member_of(object, key) != NULL;
}

const char *document_text(const struct json_object *object, const char *key)
{
	struct json_object *value = member_of(object, key);

	return value ? json_object_get_string(value) : "";
}

uint64_t document_count(const struct json_object *object, const char *key)
{
	struct json_object *value = member_of(object, key);

	return value ? json_object_get_uint64(value) : 0;
}

int64_t document_signed(const struct json_object *object, const char *key)
{
	struct json_object *value = member_of(object, key);

	return value ? json_object_get_int64(value) : 0;
}

bool document_flag(const struct json_object *object, const char *key)
{
	struct json_object *value = member_of(object, key);

	return value && json_object_get_boolean(value);
}

struct json_object *document_object(const struct json_object *object, const char *key)
{
	return member_of(object, key);
}

size_t document_length(const struct json_object *object, const char *key)
{
	struct json_object *list = member_of(object, key);

	return list ? json_object_array_length(list) : 0;
}

struct json_object *document_item(const struct json_object *object, const char *key, size_t index)
{
	return json_object_array_get_idx(member_of(object, key), index);
}

const char *document_item_text(const struct json_object *object, const char *key, size_t index)
{
	return json_object_get_string(document_item(object, key, index));
}
