/*
 * Lookup: numbers that want the same place, a table that is emptied again and again, and a full one.
 *
 * Links: daemon/handler/lookup.c.
 */
#include "handler/lookup.h"
#include "unit.h"

static struct lookup lookup;

static void setup(void)
{
	memset(&lookup, 0, sizeof(lookup));
	lookup_empty(&lookup);
}

START_TEST(same_place_for_many)
{
	for (uint32_t i = 0; i < 100; i++)
		ck_assert(lookup_add(&lookup, 7 + (uint64_t)i * LOOKUP_PLACES, i));
	for (uint32_t i = 0; i < 100; i++)
		ck_assert_uint_eq(lookup_find(&lookup, 7 + (uint64_t)i * LOOKUP_PLACES), i);
	ck_assert_uint_eq(lookup_find(&lookup, 8), LOOKUP_NOBODY);
}
END_TEST

START_TEST(first_of_a_number_stays)
{
	ck_assert(lookup_add(&lookup, 0, 1));
	ck_assert(!lookup_add(&lookup, 0, 2));
	ck_assert_uint_eq(lookup_find(&lookup, 0), 1);
}
END_TEST

START_TEST(emptied_is_empty)
{
	ck_assert(lookup_add(&lookup, 9, 1));
	ck_assert(lookup_add(&lookup, 10, 1));
	lookup_empty(&lookup);
	ck_assert_uint_eq(lookup_find(&lookup, 9), LOOKUP_NOBODY);
	ck_assert(lookup_add(&lookup, 9, 2));
	lookup.round = UINT32_MAX;
	lookup_empty(&lookup); /* back to the number of the first round */
	ck_assert_uint_eq(lookup_find(&lookup, 9), LOOKUP_NOBODY);
	ck_assert_uint_eq(lookup_find(&lookup, 10), LOOKUP_NOBODY);
}
END_TEST

START_TEST(full_is_said)
{
	for (uint32_t i = 0; i < LOOKUP_MOST; i++)
		ck_assert(lookup_add(&lookup, i, i));
	ck_assert(!lookup_add(&lookup, LOOKUP_MOST, 0));
	ck_assert_uint_eq(lookup_find(&lookup, LOOKUP_MOST - 1), LOOKUP_MOST - 1);
	ck_assert_uint_eq(lookup_find(&lookup, LOOKUP_MOST), LOOKUP_NOBODY);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("lookup", &tests);

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, same_place_for_many);
	tcase_add_test(tests, first_of_a_number_stays);
	tcase_add_test(tests, emptied_is_empty);
	tcase_add_test(tests, full_is_said);
	return unit_run(suite);
}
