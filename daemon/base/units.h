/*
 * The two quantities of this program. A function takes a struct bytes or a struct nsec, never a bare
 * integer, so that the compiler refuses a time where a size belongs.
 */
#pragma once

#include <stdint.h>

struct bytes {
	uint64_t count;
};

struct nsec {
	uint64_t count;
};

#define BYTES_PER_KIB 1024ULL
#define BYTES_PER_MIB (1024 * BYTES_PER_KIB)
#define NSEC_PER_USEC 1000ULL
#define NSEC_PER_MSEC 1000000ULL
#define NSEC_PER_SEC 1000000000ULL

static inline struct bytes bytes_from_mib(uint64_t mib)
{
	return (struct bytes){ .count = mib * BYTES_PER_MIB };
}

static inline struct nsec nsec_from_msec(uint64_t msec)
{
	return (struct nsec){ .count = msec * NSEC_PER_MSEC };
}

static inline struct nsec nsec_after(struct nsec start, struct nsec span)
{
	return (struct nsec){ .count = start.count + span.count };
}

/* Zero when @later is the earlier one: a clock read on another processor may be behind. */
static inline struct nsec nsec_between(struct nsec earlier, struct nsec later)
{
	return (struct nsec){ .count = later.count > earlier.count ? later.count - earlier.count
								   : 0 };
}

static inline int nsec_reached(struct nsec now, struct nsec deadline)
{
	return now.count >= deadline.count;
}

/**
 * units_parse_bytes() - read a size such as `4096`, `64K`, `64M`, `2G`, `1T`
 *
 * Units:   powers of 1024; a number without a letter is bytes.
 * Context: any; no allocation, no locale.
 * Errors:  -EINVAL for anything else, -ERANGE past 64 bits; @ret_size is then untouched.
 */
int units_parse_bytes(const char *text, struct bytes *ret_size);

/**
 * units_parse_span() - read a time such as `250ms`, `5s`, `2min`, `1h`
 *
 * Units:   us, ms, s, min, h; the unit is required, `0` alone is allowed.
 * Context: any; no allocation, no locale.
 * Errors:  -EINVAL for anything else, -ERANGE past 64 bits of nanoseconds; @ret_span is then untouched.
 */
int units_parse_span(const char *text, struct nsec *ret_span);
