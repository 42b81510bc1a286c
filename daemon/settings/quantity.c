/* See quantity.h. Zero is printed without a unit: both parsers take it so. */
#include "settings/quantity.h"

#include <inttypes.h>
#include <stdio.h>

struct unit {
	const char *suffix;
	uint64_t factor;
};

/* Rows from the largest to the smallest. */
static char *print(uint64_t value, const struct unit *unit, char *text, size_t size)
{
	if (!value) {
		snprintf(text, size, "0");
		return text;
	}
	for (; unit[1].suffix && value % unit->factor; unit++)
		;
	snprintf(text, size, "%" PRIu64 "%s", value / unit->factor, unit->suffix);
	return text;
}

char *quantity_print_bytes(struct bytes value, char *text, size_t size)
{
	static const struct unit units[] = {
		{ "T", 1024 * 1024 * BYTES_PER_MIB },
		{ "G", 1024 * BYTES_PER_MIB },
		{ "M", BYTES_PER_MIB },
		{ "K", BYTES_PER_KIB },
		{ "", 1 },
		{ NULL, 0 },
	};

	return print(value.count, units, text, size);
}

char *quantity_print_span(struct nsec value, char *text, size_t size)
{
	static const struct unit units[] = {
		{ "h", 3600 * NSEC_PER_SEC }, { "min", 60 * NSEC_PER_SEC }, { "s", NSEC_PER_SEC },
		{ "ms", NSEC_PER_MSEC },      { "us", NSEC_PER_USEC },	    { NULL, 0 },
	};

	return print(value.count, units, text, size);
}
