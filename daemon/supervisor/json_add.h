/*
 * Members of a JSON object, by what they mean: the same unit and the same null everywhere. A member that
 * finds no memory is left out; whoever reads takes that for null.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

void json_add_text(struct json_object *object, const char *key, const char *text);
/* null for NULL */
void json_add_nullable(struct json_object *object, const char *key, const char *text);
void json_add_number(struct json_object *object, const char *key, uint64_t number);
/* null for UINT64_MAX, which the tables say for "not known" */
void json_add_known(struct json_object *object, const char *key, uint64_t number);
void json_add_signed(struct json_object *object, const char *key, int64_t number);
void json_add_flag(struct json_object *object, const char *key, bool flag);
/* A time in whole microseconds */
void json_add_usec(struct json_object *object, const char *key, uint64_t nsec);

/**
 * json_add_name() - a hostile name, escaped
 * @name: of another process: it need not end within its @size bytes
 */
void json_add_name(struct json_object *object, const char *key, const char *name, size_t size);
