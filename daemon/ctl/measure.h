/* Members of a checked document as people read sizes and times; "-" for one that is not there. */
#pragma once

#include "settings/human.h"

struct json_object;

const char *measure_bytes(const struct json_object *object, const char *key,
			  char text[static HUMAN_SIZE]);
/* As measure_bytes(), "none" for a limit that was never set. */
const char *measure_limit(const struct json_object *object, const char *key,
			  char text[static HUMAN_SIZE]);
const char *measure_usec(const struct json_object *object, const char *key,
			 char text[static HUMAN_SIZE]);
const char *measure_msec(const struct json_object *object, const char *key,
			 char text[static HUMAN_SIZE]);
