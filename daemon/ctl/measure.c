/* See measure.h. */
#include "ctl/measure.h"

#include "ctl/document.h"

const char *measure_bytes(const struct json_object *object, const char *key,
			  char text[static HUMAN_SIZE])
{
	if (!document_has(object, key))
		return "-";
	return human_bytes((struct bytes){ .count = document_count(object, key) }, text);
}

const char *measure_limit(const struct json_object *object, const char *key,
			  char text[static HUMAN_SIZE])
{
	if (!document_has(object, key))
		return "-";
	return human_limit((struct bytes){ .count = document_count(object, key) }, text);
}

/* A number too large for nanoseconds stands for a very long time. */
static const char *span(uint64_t count, uint64_t unit, char text[static HUMAN_SIZE])
{
	const uint64_t most = UINT64_MAX / unit;

	return human_span((struct nsec){ .count = (count < most ? count : most) * unit }, text);
}

const char *measure_usec(const struct json_object *object, const char *key,
			 char text[static HUMAN_SIZE])
{
	return document_has(object, key) ? span(document_count(object, key), NSEC_PER_USEC, text)
					 : "-";
}

const char *measure_msec(const struct json_object *object, const char *key,
			 char text[static HUMAN_SIZE])
{
	return document_has(object, key) ? span(document_count(object, key), NSEC_PER_MSEC, text)
					 : "-";
}
