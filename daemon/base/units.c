/*
 * Sizes and times as people write them. Written by hand because the C library's number parsers follow
 * the locale and accept signs, leading blanks and hexadecimal.
 */
#include "base/units.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"

struct unit {
	const char *suffix;
	uint64_t factor;
};

static int scale(const char *text, const struct unit *unit, uint64_t *ret_value)
{
	uint64_t value;
	const char *rest;
	int ret = text_to_u64(text, &rest, &value);

	if (ret < 0)
		return ret;
	for (; unit->suffix; unit++)
		if (strcmp(rest, unit->suffix) == 0)
			break;
	if (!unit->suffix && !(value == 0 && *rest == '\0'))
		return -EINVAL;
	if (__builtin_mul_overflow(value, unit->suffix ? unit->factor : 1, &value))
		return -ERANGE;
	*ret_value = value;
	return 0;
}

int units_parse_bytes(const char *text, struct bytes *ret_size)
{
	static const struct unit units[] = {
		{ "", 1 },
		{ "K", BYTES_PER_KIB },
		{ "M", BYTES_PER_MIB },
		{ "G", 1024 * BYTES_PER_MIB },
		{ "T", 1024 * 1024 * BYTES_PER_MIB },
		{ NULL, 0 },
	};

	return scale(text, units, &ret_size->count);
}

int units_parse_span(const char *text, struct nsec *ret_span)
{
	static const struct unit units[] = {
		{ "us", NSEC_PER_USEC },      { "ms", NSEC_PER_MSEC },	    { "s", NSEC_PER_SEC },
		{ "min", 60 * NSEC_PER_SEC }, { "h", 3600 * NSEC_PER_SEC }, { NULL, 0 },
	};

	return scale(text, units, &ret_span->count);
}
