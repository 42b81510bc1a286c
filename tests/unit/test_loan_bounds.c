/*
 * What may be lent: sums over the ledger, the host's cap and floor, what is owed after others changed
 * the limit, and loans that the last reading of available memory cannot show yet.
 *
 * Links: daemon/handler/loan_bounds.c and what reads ledger, seats and gauges.
 */
#include <errno.h>

#include "handler/loan_bounds.h"
#include "unit.h"

#define MIB (1ULL << 20)
#define PAGE 4096ULL

static struct handler handler;
static struct roster roster;
static struct facts facts;
static struct ledger ledger;
static struct pulse pulse;

static struct nsec start; /* of the test: long after the one before */

static void limit_set(uint32_t slot, uint64_t limit)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%llu\n", (unsigned long long)limit);
	handler.adopt.groups[slot].fd[GROUP_LIMIT] = unit_file(text);
}

static void group_make(uint32_t slot, uint64_t limit)
{
	handler.slots[slot].roster = (struct roster_slot){ .generation = 1, .inode = 100 + slot };
	atomic_store(&handler.adopt.groups[slot].generation, 1);
	atomic_store(&roster.slots_used, slot + 1);
	limit_set(slot, limit);
}

static void lent(uint32_t slot, uint64_t found, uint64_t set)
{
	const struct ledger_cell cell = {
		.state = LEDGER_CHANGED, .inode = 100 + slot, .found = found, .set = set
	};

	ledger_write(&ledger, slot, KNOB_LIMIT, &cell);
}

static int allowed(uint32_t slot, uint64_t limit)
{
	return loan_allowed(&handler, slot, (struct bytes){ .count = limit });
}

/* Three groups of 32 MiB; 100 MiB may be lent, 1000 MiB are available and 200 must stay so. */
static void host_make(void)
{
	start = nsec_after(start, nsec_from_msec(1000000));
	handler.tables = (struct tables){
		.roster = &roster, .facts = &facts, .ledger = &ledger, .pulse = &pulse
	};
	handler.page_bytes = PAGE;
	handler.now = start;
	for (uint32_t slot = 0; slot < 3; slot++) {
		group_make(slot, 32 * MIB);
		lent(slot, 0, 0);
	}
	atomic_store(&roster.host.loan_cap, 100 * MIB);
	atomic_store(&roster.host.min_available, 200 * MIB);
	atomic_store(&facts.available_bytes, 1000 * MIB);
	atomic_store(&facts.available_nsec, start.count - NSEC_PER_SEC);
}

START_TEST(up_to_the_cap)
{
	ck_assert_int_eq(allowed(0, 132 * MIB), 0);
	ck_assert_int_eq(allowed(0, 132 * MIB + PAGE), -ENOBUFS);
	atomic_store(&roster.host.loan_cap, 0);
	ck_assert_int_eq(allowed(0, 33 * MIB), -ENOBUFS);
}
END_TEST

START_TEST(others_count)
{
	lent(1, 32 * MIB, 92 * MIB);
	ck_assert_int_eq(allowed(0, 72 * MIB), 0);
	ck_assert_int_eq(allowed(0, 73 * MIB), -ENOBUFS);
	/* An entry of the slot's former tenant is void, and one of another knob is no limit. */
	handler.slots[1].roster.inode = 7;
	ck_assert_int_eq(allowed(0, 132 * MIB), 0);
	handler.slots[1].roster.generation = 0;
	ck_assert_int_eq(allowed(0, 132 * MIB), 0);
}
END_TEST

START_TEST(own_loans_count_once)
{
	lent(0, 32 * MIB, 92 * MIB);
	limit_set(0, 92 * MIB);
	ck_assert_int_eq(allowed(0, 132 * MIB), 0);
	ck_assert_int_eq(allowed(0, 133 * MIB), -ENOBUFS);
}
END_TEST

START_TEST(sums_do_not_wrap)
{
	lent(1, 0, UINT64_MAX);
	lent(2, 0, UINT64_MAX);
	ck_assert_int_eq(allowed(0, 33 * MIB), -ENOBUFS);
	lent(1, 5 * MIB, 4 * MIB);
	lent(2, 5 * MIB, 5 * MIB);
	ck_assert_int_eq(allowed(0, 132 * MIB), 0);
	atomic_store(&roster.host.min_available, UINT64_MAX);
	ck_assert_int_eq(allowed(0, 33 * MIB), -ENOMEM);
}
END_TEST

START_TEST(down_to_the_floor)
{
	atomic_store(&facts.available_bytes, 240 * MIB);
	ck_assert_int_eq(allowed(0, 72 * MIB), 0);
	ck_assert_int_eq(allowed(0, 72 * MIB + PAGE), -ENOMEM);
}
END_TEST

START_TEST(an_old_reading_says_nothing)
{
	atomic_store(&facts.available_nsec, start.count - 10 * NSEC_PER_SEC);
	ck_assert_int_eq(allowed(0, 33 * MIB), 0);
	atomic_store(&facts.available_nsec, start.count - 10 * NSEC_PER_SEC - 1);
	ck_assert_int_eq(allowed(0, 33 * MIB), -ENOMEM);
	atomic_store(&facts.available_nsec, 0);
	handler.now = (struct nsec){ .count = NSEC_PER_SEC };
	ck_assert_int_eq(allowed(0, 33 * MIB), -ENOMEM);
}
END_TEST

START_TEST(one_page_is_no_loan)
{
	atomic_store(&roster.host.loan_cap, 0);
	atomic_store(&facts.available_nsec, 0);
	ck_assert_int_eq(allowed(0, 32 * MIB + PAGE), 0);
	ck_assert_int_eq(allowed(0, 16 * MIB), 0);
	ck_assert_int_eq(allowed(0, 32 * MIB + 2 * PAGE), -ENOBUFS);
	handler.slots[0].roster.generation = 2;
	ck_assert_int_eq(allowed(0, 32 * MIB + PAGE), -ESRCH);
}
END_TEST

START_TEST(lent_since_the_reading)
{
	atomic_store(&facts.available_bytes, 240 * MIB);
	loan_note(&handler, (struct bytes){ .count = 30 * MIB });
	ck_assert_int_eq(allowed(0, 42 * MIB), 0);
	ck_assert_int_eq(allowed(0, 43 * MIB), -ENOMEM);
	/* The next reading shows what has become of it. */
	atomic_store(&facts.available_nsec, start.count + 1);
	ck_assert_int_eq(allowed(0, 72 * MIB), 0);
}
END_TEST

/* So many between two readings that the oldest is forgotten: nobody knows the sum any more. */
START_TEST(too_many_since_the_reading)
{
	for (int i = 0; i < 63; i++)
		loan_note(&handler, (struct bytes){ .count = PAGE });
	ck_assert_int_eq(allowed(0, 33 * MIB), 0);
	for (int i = 0; i < 2; i++)
		loan_note(&handler, (struct bytes){ .count = PAGE });
	ck_assert_int_eq(allowed(0, 33 * MIB), -ENOMEM);
	atomic_store(&facts.available_nsec, start.count + 1);
	ck_assert_int_eq(allowed(0, 33 * MIB), 0);
}
END_TEST

static const struct {
	const char *name;
	struct ledger_cell lent;
	uint64_t limit, found; /* MiB */
} owed[] = {
	{ "nothing is lent", { .state = LEDGER_CLEAR, .found = 32, .set = 64 }, 48, 48 },
	{ "lent", { .state = LEDGER_CHANGED, .found = 32, .set = 64 }, 64, 32 },
	{ "partly taken back", { .state = LEDGER_CHANGED, .found = 32, .set = 64 }, 33, 32 },
	{ "taken back", { .state = LEDGER_CHANGED, .found = 32, .set = 64 }, 32, 32 },
	{ "lowered by somebody else", { .state = LEDGER_CHANGED, .found = 32, .set = 64 }, 16, 16 },
	{ "raised by somebody else", { .state = LEDGER_CHANGED, .found = 32, .set = 64 }, 65, 65 },
};

START_TEST(what_is_owed)
{
	struct bytes found = loan_found(&owed[_i].lent, (struct bytes){ .count = owed[_i].limit });

	ck_assert_msg(found.count == owed[_i].found, "%s: %llu", owed[_i].name,
		      (unsigned long long)found.count);
}
END_TEST

START_TEST(percentages)
{
	const struct bytes found = { .count = 200 * MIB };

	ck_assert_uint_eq(loan_amount((struct amount){ .value = 7 * MIB }, found).count, 7 * MIB);
	ck_assert_uint_eq(loan_amount((struct amount){ .value = 25, .percent = 1 }, found).count,
			  50 * MIB);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("loan_bounds", &tests);

	tcase_add_checked_fixture(tests, host_make, NULL);
	tcase_add_test(tests, up_to_the_cap);
	tcase_add_test(tests, others_count);
	tcase_add_test(tests, own_loans_count_once);
	tcase_add_test(tests, sums_do_not_wrap);
	tcase_add_test(tests, down_to_the_floor);
	tcase_add_test(tests, an_old_reading_says_nothing);
	tcase_add_test(tests, one_page_is_no_loan);
	tcase_add_test(tests, lent_since_the_reading);
	tcase_add_test(tests, too_many_since_the_reading);
	tcase_add_loop_test(tests, what_is_owed, 0, UNIT_COUNT(owed));
	tcase_add_test(tests, percentages);
	return unit_run(suite);
}
