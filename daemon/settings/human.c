/*
 * See human.h. In whole numbers: a tenth is computed, rounded and carried, so that 1023.96 KiB reads
 * 1.0M and not 1024.0K.
 */
#include "settings/human.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "shared/knobs.h"

struct scale {
	uint64_t factor; /* of the unit, in the smallest one */
	const char *unit;
};

static uint64_t in_tenths(uint64_t value, uint64_t factor)
{
	uint64_t rest = value % factor;

	/* Split so that nothing overflows: the rest is below 2^60 for the largest factor used. */
	return value / factor * 10 + (rest * 10 + factor / 2) / factor;
}

static char *print_tenths(uint64_t tenths, const char *unit, char text[static HUMAN_SIZE])
{
	snprintf(text, HUMAN_SIZE, "%" PRIu64 ".%" PRIu64 "%s", tenths / 10, tenths % 10, unit);
	return text;
}

char *human_bytes(struct bytes size, char text[static HUMAN_SIZE])
{
	static const char units[] = "KMGTPE";
	uint64_t factor = BYTES_PER_KIB;
	size_t unit = 0;

	if (size.count < factor) {
		snprintf(text, HUMAN_SIZE, "%" PRIu64 "B", size.count);
		return text;
	}
	while (in_tenths(size.count, factor) >= 10240 && units[unit + 1]) {
		factor *= 1024;
		unit++;
	}
	return print_tenths(in_tenths(size.count, factor), (const char[]){ units[unit], '\0' },
			    text);
}

char *human_limit(struct bytes limit, char text[static HUMAN_SIZE])
{
	if (!limit_is_unlimited(limit.count))
		return human_bytes(limit, text);
	snprintf(text, HUMAN_SIZE, "none");
	return text;
}

/* "3min 20s": the larger unit and what is left in the smaller. */
static char *print_pair(uint64_t seconds, const struct scale *scale, char text[static HUMAN_SIZE])
{
	uint64_t large = seconds / scale[0].factor;
	uint64_t small = seconds % scale[0].factor / scale[1].factor;

	snprintf(text, HUMAN_SIZE, "%" PRIu64 "%s %" PRIu64 "%s", large, scale[0].unit, small,
		 scale[1].unit);
	return text;
}

char *human_span(struct nsec span, char text[static HUMAN_SIZE])
{
	static const struct scale tenths[] = {
		{ NSEC_PER_USEC, "us" },
		{ NSEC_PER_MSEC, "ms" },
		{ NSEC_PER_SEC, "s" },
	};
	static const struct scale pairs[] = {
		{ 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" }
	};
	uint64_t seconds = span.count / NSEC_PER_SEC;
	size_t at = 0;

	if (span.count < NSEC_PER_USEC) {
		snprintf(text, HUMAN_SIZE, span.count ? "%" PRIu64 "ns" : "%" PRIu64, span.count);
		return text;
	}
	if (in_tenths(span.count, NSEC_PER_SEC) < 600) {
		while (at < 2 && in_tenths(span.count, tenths[at].factor) >= 10000)
			at++;
		return print_tenths(in_tenths(span.count, tenths[at].factor), tenths[at].unit,
				    text);
	}
	/* 59.95 s and more rounds to a minute above; below, whole seconds are exact enough. */
	if (seconds < 60)
		seconds = 60;
	while (seconds < pairs[at].factor)
		at++;
	return print_pair(seconds, &pairs[at], text);
}
