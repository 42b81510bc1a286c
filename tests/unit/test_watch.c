/*
 * The guardian's judgement of groups that wait too long, over tables in memory and knobs in memfds: no
 * root, no groups.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/io.h"
#include "guardian/held.h"
#include "guardian/watch.h"
#include "unit/unit.h"

#define SLOT 5
#define GENERATION 9
#define INODE 77
#define DEADLINE_MSEC 1000
#define TICKS_ALLOWED ((DEADLINE_MSEC + 2000) / WATCH_TICK_MSEC)

static struct tables tables;
static struct held *held;

static void roster_set_deadline(uint64_t msec)
{
	struct policy policy = { .deadline = nsec_from_msec(msec) };

	roster_write_policy(tables.roster, 0, &policy);
}

static void ledger_set(enum knob knob, uint32_t state)
{
	const struct ledger_cell cell = { .state = state, .loan = 1, .inode = INODE, .set = 1 };

	ledger_write(tables.ledger, SLOT, knob, &cell);
}

/* One group, armed by us and out of memory, with a freezer. */
static void scene_make(void)
{
	const struct roster_slot entry = {
		.generation = GENERATION,
		.parent = ROSTER_NO_SLOT,
		.inode = INODE,
		.role = ROSTER_MANAGED,
	};
	struct held_group *group;

	tables = (struct tables){
		.roster = calloc(1, sizeof(struct roster)),
		.outcomes = calloc(1, sizeof(struct outcomes)),
		.ledger = calloc(1, sizeof(struct ledger)),
		.pulse = calloc(1, sizeof(struct pulse)),
	};
	held = calloc(1, sizeof(*held));
	ck_assert(tables.roster && tables.outcomes && tables.ledger && tables.pulse && held);
	held_init(held);
	roster_write(tables.roster, SLOT, &entry);
	roster_set_deadline(DEADLINE_MSEC);
	ledger_set(KNOB_OOM_CONTROL, LEDGER_CHANGED);
	held->used = SLOT + 1;
	group = &held->group[SLOT];
	group->generation = GENERATION;
	group->inode = INODE;
	group->knob[KNOB_OOM_CONTROL] = unit_file("oom_kill_disable 1\nunder_oom 1\n");
	group->knob[KNOB_FREEZER] = unit_file("FROZEN\n");
	group->under_oom = true;
	group->kill_disabled = true;
	tables.pulse->handler_generation = 3;
	tables.pulse->handler_ready = 3;
	atomic_store(&tables.outcomes->board[SLOT].held, GENERATION);
}

static void teardown(void)
{
	free(tables.roster);
	free(tables.outcomes);
	free(tables.ledger);
	free(tables.pulse);
	free(held);
}

/* Return: in which tick it was overdue, 0: in none of so many. */
static uint32_t ticks_until_overdue(uint32_t count)
{
	for (uint32_t tick = 1; tick <= count; tick++)
		if (watch_overdue(held, &tables, true) > 0)
			return tick;
	return 0;
}

static bool wrote(enum knob knob, const char *text)
{
	char now[64];

	ck_assert_int_gt(io_read_at_start(held->group[SLOT].knob[knob], now, sizeof(now)), 0);
	return strncmp(now, text, strlen(text)) == 0;
}

START_TEST(overdue_is_handed_back_after_the_deadline)
{
	ck_assert_uint_eq(ticks_until_overdue(100), TICKS_ALLOWED + 1);
	ck_assert(wrote(KNOB_OOM_CONTROL, "0"));
	ck_assert_uint_eq(tables.pulse->overruled[SLOT], 1);
}
END_TEST

/* An episode keeps the policy it began with; the next one has the new one. */
START_TEST(deadline_is_that_of_the_first_tick)
{
	ck_assert_uint_eq(ticks_until_overdue(1), 0);
	roster_set_deadline(60 * DEADLINE_MSEC);
	ck_assert_uint_eq(ticks_until_overdue(100), TICKS_ALLOWED);
	held->group[SLOT].under_oom = false;
	ck_assert_uint_eq(ticks_until_overdue(1), 0);
	held->group[SLOT].under_oom = true;
	ck_assert_uint_eq(ticks_until_overdue(100), 0);
}
END_TEST

START_TEST(stranded_is_left_to_a_handler_that_serves)
{
	atomic_store(&tables.outcomes->board[SLOT].state, BOARD_STRANDED);
	ck_assert_uint_eq(ticks_until_overdue(1000), 0);
	ck_assert(wrote(KNOB_OOM_CONTROL, "oom"));
	atomic_store(&tables.outcomes->board[SLOT].state, BOARD_EPISODE);
	ck_assert_uint_eq(ticks_until_overdue(1), 1);
}
END_TEST

/* What a dead handler has left on the board says nothing. */
START_TEST(stranded_is_handed_back_without_a_handler)
{
	atomic_store(&tables.outcomes->board[SLOT].state, BOARD_STRANDED);
	tables.pulse->handler_generation = 4;
	ck_assert_uint_eq(ticks_until_overdue(100), TICKS_ALLOWED + 1);
}
END_TEST

START_TEST(what_we_froze_is_thawed_along)
{
	ledger_set(KNOB_FREEZER, LEDGER_CHANGED);
	ck_assert_uint_ne(ticks_until_overdue(100), 0);
	ck_assert(wrote(KNOB_FREEZER, "THAWED"));
}
END_TEST

START_TEST(what_others_froze_stays_frozen)
{
	ledger_set(KNOB_FREEZER, LEDGER_CLEAR);
	ck_assert_uint_ne(ticks_until_overdue(100), 0);
	ck_assert(wrote(KNOB_FREEZER, "FROZEN"));
}
END_TEST

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

START_TEST(freezer_is_replaced_and_removed)
{
	const struct wire wire = { .kind = WIRE_GROUP_FREEZER,
				   .slot = SLOT,
				   .generation = GENERATION };
	int former = held->group[SLOT].knob[KNOB_FREEZER], next = unit_file("THAWED\n"),
	    number = next, none = -1;

	ck_assert_int_eq(held_take_freezer(held, &tables, &wire, &next), 0);
	ck_assert_int_eq(held->group[SLOT].knob[KNOB_FREEZER], number);
	ck_assert(!is_open(former));
	ck_assert_int_eq(held_take_freezer(held, &tables, &wire, &none), 0);
	ck_assert_int_eq(held->group[SLOT].knob[KNOB_FREEZER], -1);
	ck_assert(!is_open(number));
}
END_TEST

START_TEST(freezer_is_kept_while_it_is_on)
{
	const struct wire wire = { .kind = WIRE_GROUP_FREEZER,
				   .slot = SLOT,
				   .generation = GENERATION };
	int former = held->group[SLOT].knob[KNOB_FREEZER], none = -1;

	ledger_set(KNOB_FREEZER, LEDGER_CHANGED);
	atomic_store(&tables.roster->freezes[SLOT], 1);
	ck_assert_int_eq(held_take_freezer(held, &tables, &wire, &none), 0);
	ck_assert_int_eq(held->group[SLOT].knob[KNOB_FREEZER], former);
	ck_assert(is_open(former));
}
END_TEST

START_TEST(freezer_of_another_tenant_is_refused)
{
	const struct wire rows[] = {
		{ .kind = WIRE_GROUP_FREEZER, .slot = SLOT, .generation = GENERATION + 1 },
		{ .kind = WIRE_GROUP_FREEZER, .slot = SLOT + 1, .generation = GENERATION },
		{ .kind = WIRE_GROUP_FREEZER, .slot = UINT32_MAX, .generation = GENERATION },
		{ .kind = WIRE_GROUP_FREEZER, .slot = 0, .generation = 0 },
	};

	for (int i = 0; i < UNIT_COUNT(rows); i++) {
		int fd = unit_file("THAWED\n"), number = fd;

		ck_assert_int_eq(held_take_freezer(held, &tables, &rows[i], &fd), -EPROTO);
		ck_assert(!is_open(number));
	}
	ck_assert(is_open(held->group[SLOT].knob[KNOB_FREEZER]));
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("watch", &tests);

	tcase_add_checked_fixture(tests, scene_make, teardown);
	tcase_add_test(tests, overdue_is_handed_back_after_the_deadline);
	tcase_add_test(tests, deadline_is_that_of_the_first_tick);
	tcase_add_test(tests, stranded_is_left_to_a_handler_that_serves);
	tcase_add_test(tests, stranded_is_handed_back_without_a_handler);
	tcase_add_test(tests, what_we_froze_is_thawed_along);
	tcase_add_test(tests, what_others_froze_stays_frozen);
	tcase_add_test(tests, freezer_is_replaced_and_removed);
	tcase_add_test(tests, freezer_is_kept_while_it_is_on);
	tcase_add_test(tests, freezer_of_another_tenant_is_refused);
	return unit_run(suite);
}
