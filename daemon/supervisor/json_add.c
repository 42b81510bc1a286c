/* See json_add.h. A failed json_object_object_add() leaves the member out, as the header says. */
#include "supervisor/json_add.h"

#include <string.h>

#include "base/text.h"
#include "base/units.h"

#define NAME_MAX_SIZE 256 /* the longest name in shared tables */

void json_add_text(struct json_object *object, const char *key, const char *text)
{
	(void)json_object_object_add(object, key, json_object_new_string(text));
}

void json_add_nullable(struct json_object *object, const char *key, const char *text)
{
	(void)json_object_object_add(object, key, text ? json_object_new_string(text) : NULL);
}

void json_add_number(struct json_object *object, const char *key, uint64_t number)
{
	(void)json_object_object_add(object, key, json_object_new_uint64(number));
}

void json_add_known(struct json_object *object, const char *key, uint64_t number)
{
	if (number == UINT64_MAX)
		json_add_nullable(object, key, NULL);
	else
		json_add_number(object, key, number);
}

void json_add_signed(struct json_object *object, const char *key, int64_t number)
{
	(void)json_object_object_add(object, key, json_object_new_int64(number));
}

void json_add_flag(struct json_object *object, const char *key, bool flag)
{
	(void)json_object_object_add(object, key, json_object_new_boolean(flag));
}

void json_add_usec(struct json_object *object, const char *key, uint64_t nsec)
{
	json_add_number(object, key, nsec / NSEC_PER_USEC);
}

void json_add_name(struct json_object *object, const char *key, const char *name, size_t size)
{
	char raw[NAME_MAX_SIZE + 1], text[4 * NAME_MAX_SIZE + 1];
	size_t length = strnlen(name, size < NAME_MAX_SIZE ? size : NAME_MAX_SIZE);

	memcpy(raw, name, length);
	raw[length] = '\0';
	json_add_text(object, key, text_escape(raw, text, sizeof(text)));
}
