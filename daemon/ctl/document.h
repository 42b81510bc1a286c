/*
 * JSON from outside, made safe to use: bounded in size and depth, held against a table of what each
 * member must be, every string printable. After document_parse() the accessors never meet a wrong type.
 *
 * A member that is absent or null is allowed everywhere; an accessor then gives the empty value, so
 * that a page of a slightly older daemon can still be read. Unknown members are ignored.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

#define DOCUMENT_DEPTH 12 /* the status page needs 5 */

enum document_type {
	DOCUMENT_TEXT,
	DOCUMENT_COUNT, /* a whole number from 0 */
	DOCUMENT_SIGNED, /* a whole number */
	DOCUMENT_FLAG,
	DOCUMENT_OBJECT, /* with the members of .shape */
	DOCUMENT_OBJECTS, /* a list of such */
	DOCUMENT_TEXTS, /* a list of texts */
};

/* One row per member; a table ends with a row without a key. */
struct document_member {
	const char *key;
	enum document_type type;
	const struct document_member *shape;
};

/* What is wrong, for people; one line, escaped. */
struct document_fault {
	char text[256];
};

/**
 * document_parse() - JSON text to a checked tree
 * @text:  NUL-terminated; @length bytes without the NUL
 * @shape: what the root object must look like
 * @fault: says what is wrong when the call fails
 * @ret_root: owner: the caller, ends with json_object_put()
 *
 * Bytes outside printable ASCII in the strings that @shape names are replaced by '?': the writer has
 * escaped them, so there are none unless somebody else wrote the text.
 *
 * Errors:  -EBADMSG for anything that is not one complete JSON object of that shape.
 */
int document_parse(const char *text, size_t length, const struct document_member *shape,
		   struct document_fault *fault, struct json_object **ret_root);

/* Accessors: @object may be NULL. Borrowed results live as long as the root. */
bool document_has(const struct json_object *object, const char *key);
/* "" when absent. */
const char *document_text(const struct json_object *object, const char *key);
/* 0 when absent. */
uint64_t document_count(const struct json_object *object, const char *key);
int64_t document_signed(const struct json_object *object, const char *key);
/* false when absent. */
bool document_flag(const struct json_object *object, const char *key);
/* NULL when absent. */
struct json_object *document_object(const struct json_object *object, const char *key);
/* 0 when absent; valid indices of document_item() and document_item_text() are below it. */
size_t document_length(const struct json_object *object, const char *key);
struct json_object *document_item(const struct json_object *object, const char *key, size_t index);
const char *document_item_text(const struct json_object *object, const char *key, size_t index);
