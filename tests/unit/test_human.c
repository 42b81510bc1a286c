/*
 * Sizes and times as people read them: every unit, and the edges where rounding carries into the next.
 * Linked with settings/human.c.
 */
#include "settings/human.h"
#include "unit/unit.h"

static const struct row {
	uint64_t value;
	const char *text;
} sizes[] = {
	{ 0, "0B" },
	{ 1, "1B" },
	{ 1023, "1023B" },
	{ 1024, "1.0K" },
	{ 4096, "4.0K" },
	{ 1536, "1.5K" },
	{ 67108864, "64.0M" },
	{ 1048576 - 1024, "1023.0K" },
	{ 1048576 - 1, "1.0M" }, /* not 1024.0K */
	{ (1ULL << 30) - 1, "1.0G" },
	{ 1ULL << 40, "1.0T" },
	{ 1ULL << 50, "1.0P" },
	{ 1ULL << 60, "1.0E" },
	{ UINT64_MAX, "16.0E" },
}, spans[] = {
	{ 0, "0" },
	{ 1, "1ns" },
	{ 999, "999ns" },
	{ 1000, "1.0us" },
	{ 12500, "12.5us" },
	{ 999949, "999.9us" },
	{ 999950, "1.0ms" }, /* not 1000.0us */
	{ 4200000, "4.2ms" },
	{ 999999999, "1.0s" },
	{ 1300000000, "1.3s" },
	{ 59900000000ULL, "59.9s" },
	{ 59949999999ULL, "59.9s" },
	{ 59950000000ULL, "1min 0s" }, /* not 60.0s */
	{ 60000000000ULL, "1min 0s" },
	{ 200000000000ULL, "3min 20s" },
	{ 3600000000000ULL, "1h 0min" },
	{ 7500000000000ULL, "2h 5min" },
	{ 86400000000000ULL, "1d 0h" },
	{ UINT64_MAX, "213503d 23h" },
};

START_TEST(size_reads_well)
{
	char text[HUMAN_SIZE];

	ck_assert_str_eq(human_bytes((struct bytes){ .count = sizes[_i].value }, text),
			 sizes[_i].text);
}
END_TEST

START_TEST(no_limit_is_none)
{
	char text[HUMAN_SIZE];

	ck_assert_str_eq(human_limit(bytes_from_mib(64), text), "64.0M");
	ck_assert_str_eq(human_limit((struct bytes){ .count = 9223372036854771712ULL }, text),
			 "none");
}
END_TEST

START_TEST(span_reads_well)
{
	char text[HUMAN_SIZE];

	ck_assert_str_eq(human_span((struct nsec){ .count = spans[_i].value }, text),
			 spans[_i].text);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("human", &tests);

	tcase_add_loop_test(tests, size_reads_well, 0, UNIT_COUNT(sizes));
	tcase_add_test(tests, no_limit_is_none);
	tcase_add_loop_test(tests, span_reads_well, 0, UNIT_COUNT(spans));
	return unit_run(suite);
}
