/*
 * Sizes and times as people write them: every unit, every refusal, and nothing touched on refusal.
 * Linked with base/units.c and base/text.c.
 */
#include <errno.h>

#include "base/units.h"
#include "unit/unit.h"

#define UNTOUCHED 0x5a5a5a5a5a5a5a5aULL

static const struct row {
	const char *text;
	int ret;
	uint64_t value;
} sizes[] = {
	{ "0", 0, 0 },
	{ "4096", 0, 4096 },
	{ "1K", 0, 1024 },
	{ "64M", 0, 64 << 20 },
	{ "2G", 0, 2ULL << 30 },
	{ "1T", 0, 1ULL << 40 },
	{ "0T", 0, 0 },
	{ "007K", 0, 7 << 10 },
	{ "18446744073709551615", 0, UINT64_MAX },
	{ "18446744073709551616", -ERANGE, UNTOUCHED },
	{ "16777215T", 0, 16777215ULL << 40 },
	{ "16777216T", -ERANGE, UNTOUCHED },
	{ "", -EINVAL, UNTOUCHED },
	{ "M", -EINVAL, UNTOUCHED },
	{ "64m", -EINVAL, UNTOUCHED },
	{ "64MB", -EINVAL, UNTOUCHED },
	{ "64 M", -EINVAL, UNTOUCHED },
	{ " 64M", -EINVAL, UNTOUCHED },
	{ "64M ", -EINVAL, UNTOUCHED },
	{ "+1", -EINVAL, UNTOUCHED },
	{ "-1", -EINVAL, UNTOUCHED },
	{ "0x10", -EINVAL, UNTOUCHED },
	{ "1.5G", -EINVAL, UNTOUCHED },
	{ "10%", -EINVAL, UNTOUCHED },
}, spans[] = {
	{ "0", 0, 0 },
	{ "0s", 0, 0 },
	{ "7us", 0, 7000 },
	{ "250ms", 0, 250000000 },
	{ "5s", 0, 5000000000ULL },
	{ "2min", 0, 120000000000ULL },
	{ "1h", 0, 3600000000000ULL },
	{ "18446744073s", 0, 18446744073000000000ULL },
	{ "18446744074s", -ERANGE, UNTOUCHED },
	{ "99999999999999999999us", -ERANGE, UNTOUCHED },
	{ "", -EINVAL, UNTOUCHED },
	{ "5", -EINVAL, UNTOUCHED },
	{ "s", -EINVAL, UNTOUCHED },
	{ "5S", -EINVAL, UNTOUCHED },
	{ "5 s", -EINVAL, UNTOUCHED },
	{ "5m", -EINVAL, UNTOUCHED },
	{ "5sec", -EINVAL, UNTOUCHED },
	{ "-5s", -EINVAL, UNTOUCHED },
	{ "1.5s", -EINVAL, UNTOUCHED },
	{ "1h30min", -EINVAL, UNTOUCHED },
};

START_TEST(size_is_read_or_refused)
{
	const struct row *row = &sizes[_i];
	struct bytes size = { UNTOUCHED };

	ck_assert_msg(units_parse_bytes(row->text, &size) == row->ret, "'%s'", row->text);
	ck_assert_msg(size.count == row->value, "'%s'", row->text);
}
END_TEST

START_TEST(span_is_read_or_refused)
{
	const struct row *row = &spans[_i];
	struct nsec span = { UNTOUCHED };

	ck_assert_msg(units_parse_span(row->text, &span) == row->ret, "'%s'", row->text);
	ck_assert_msg(span.count == row->value, "'%s'", row->text);
}
END_TEST

START_TEST(truncation_never_reads_on)
{
	static const char text[] = "18446744073s";
	char cut[sizeof(text)];

	for (size_t length = 0; length < sizeof(text); length++) {
		struct nsec span = { UNTOUCHED };
		/* The copy ends exactly at the cut: AddressSanitizer sees a read past it. */
		char *copy = memcpy(cut + sizeof(cut) - length - 1, text, length);

		copy[length] = '\0';
		ck_assert_int_eq(units_parse_span(copy, &span) == 0, length == sizeof(text) - 1);
	}
}
END_TEST

START_TEST(spans_between_do_not_wrap)
{
	struct nsec early = nsec_from_msec(1), late = nsec_from_msec(3);

	ck_assert_uint_eq(nsec_between(early, late).count, 2 * NSEC_PER_MSEC);
	ck_assert_uint_eq(nsec_between(late, early).count, 0);
	ck_assert_uint_eq(nsec_after(early, late).count, 4 * NSEC_PER_MSEC);
	ck_assert(nsec_reached(late, early));
	ck_assert(nsec_reached(late, late));
	ck_assert(!nsec_reached(early, late));
	ck_assert_uint_eq(bytes_from_mib(3).count, 3 << 20);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("units", &tests);

	tcase_add_loop_test(tests, size_is_read_or_refused, 0, UNIT_COUNT(sizes));
	tcase_add_loop_test(tests, span_is_read_or_refused, 0, UNIT_COUNT(spans));
	tcase_add_test(tests, truncation_never_reads_on);
	tcase_add_test(tests, spans_between_do_not_wrap);
	return unit_run(suite);
}
