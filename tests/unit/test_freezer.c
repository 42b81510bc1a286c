/*
 * The freezer: announced, noted, frozen, thawed; and whose freeze is whose. The kernel's file is played
 * by one in memory, which keeps what was written and can be set to what somebody else did.
 *
 * Links: daemon/handler/freezer.c, knob_turn.c and what reads ledger, seats and knobs.
 */
#include <errno.h>
#include <fcntl.h>

#include "handler/freezer.h"
#include "handler/knob_turn.h"
#include "unit.h"

#define SLOT 3

static struct handler handler;
static struct roster roster;
static struct ledger ledger;
static struct pulse pulse;
static struct outcomes outcomes;
static struct episode episode;
static int state;

static void kernel_says(const char *text)
{
	ck_assert_int_eq(ftruncate(state, 0), 0);
	ck_assert_int_eq(pwrite(state, text, strlen(text), 0), (ssize_t)strlen(text));
}

static void expect_state(const char *text)
{
	char reads[32] = { 0 };

	ck_assert_int_gt(pread(state, reads, sizeof(reads) - 1, 0), 0);
	ck_assert_str_eq(reads, text);
}

static bool is_ours(void)
{
	return knob_entry(&handler, SLOT, KNOB_FREEZER).state == LEDGER_CHANGED;
}

static void make(void)
{
	struct group_seat *seat = &handler.adopt.groups[SLOT];

	handler.tables = (struct tables){
		.roster = &roster, .ledger = &ledger, .pulse = &pulse, .outcomes = &outcomes
	};
	state = unit_file("THAWED\n");
	seat->fd[GROUP_FREEZER] = state;
	atomic_store(&seat->generation, 1);
	handler.slots[SLOT].roster = (struct roster_slot){ .generation = 1, .inode = 9 };
	handler.slots[SLOT].loans = 40;
	episode = (struct episode){ .slot = SLOT, .freezer_fd = -1 };
	handler.slots[SLOT].episode = &episode;
	atomic_store(&pulse.epoch, handler.epoch);
	atomic_store(&roster.freezes[SLOT], 0);
	knob_strike(&handler, SLOT, KNOB_FREEZER);
}

static int announce(void)
{
	return freezer_announce(&handler, &episode, (struct nsec){ .count = 77 });
}

static void freeze(void)
{
	ck_assert_int_eq(announce(), 0);
	ck_assert_int_eq(freezer_close(&handler, &episode), 0);
}

START_TEST(announced_before_it_is_done)
{
	struct ledger_cell cell;

	ck_assert_int_eq(announce(), 0);
	cell = knob_entry(&handler, SLOT, KNOB_FREEZER);
	ck_assert_uint_eq(cell.state, LEDGER_CHANGED);
	ck_assert_uint_eq(cell.found, 0);
	ck_assert_uint_eq(cell.set, 1);
	ck_assert_uint_eq(cell.due_nsec, 77);
	ck_assert_uint_eq(cell.loan, 41);
	expect_state("THAWED\n");
	ck_assert(!freezer_is_noted(&handler, &episode));
	atomic_store(&roster.freezes[SLOT], 40);
	ck_assert(!freezer_is_noted(&handler, &episode));
	atomic_store(&roster.freezes[SLOT], 41);
	ck_assert(freezer_is_noted(&handler, &episode));
}
END_TEST

START_TEST(frozen_and_thawed)
{
	freeze();
	expect_state("FROZEN\n");
	ck_assert(is_ours() && episode.freezer_fd >= 0);
	ck_assert(!freezer_was_opened(&episode));
	ck_assert_int_eq(freezer_open(&handler, SLOT), 0);
	expect_state("THAWED\n");
	ck_assert(!is_ours() && episode.freezer_fd == -1 && !episode.freeze);
	ck_assert(freezer_was_opened(&episode));
}
END_TEST

/* The supervisor may withdraw the seat's descriptor: what we froze we can still thaw. */
START_TEST(thawed_without_the_seat)
{
	freeze();
	handler.adopt.groups[SLOT].fd[GROUP_FREEZER] = -1;
	ck_assert_int_eq(freezer_open(&handler, SLOT), 0);
	expect_state("THAWED\n");
	ck_assert(!is_ours());
}
END_TEST

static const char *const frozen[] = { "FROZEN\n", "FREEZING\n" };

START_TEST(frozen_before_us_stays)
{
	kernel_says(frozen[_i]);
	ck_assert_int_eq(announce(), -EALREADY);
	ck_assert(!is_ours());
	ck_assert_int_eq(freezer_open(&handler, SLOT), 0);
	expect_state(frozen[_i]);
}
END_TEST

/* Between the announcement and the act: theirs, and what we announced is forgotten. */
START_TEST(frozen_meanwhile_stays)
{
	ck_assert_int_eq(announce(), 0);
	kernel_says(frozen[_i]);
	ck_assert_int_eq(freezer_close(&handler, &episode), -EALREADY);
	ck_assert(!is_ours() && !episode.freeze && episode.freezer_fd == -1);
	expect_state(frozen[_i]);
}
END_TEST

START_TEST(announced_only_is_forgotten)
{
	ck_assert_int_eq(announce(), 0);
	kernel_says("FROZEN\n");
	ck_assert_int_eq(freezer_open(&handler, SLOT), 0);
	ck_assert(!is_ours());
	expect_state("FROZEN\n");
}
END_TEST

/* A predecessor's: its entry is in the ledger, and no episode knows of it. */
START_TEST(left_behind_is_thawed)
{
	freeze();
	handler.slots[SLOT].episode = NULL;
	ck_assert_int_eq(freezer_open(&handler, SLOT), 0);
	expect_state("THAWED\n");
	ck_assert(!is_ours());
}
END_TEST

START_TEST(left_behind_ends_before_the_next)
{
	freeze();
	episode = (struct episode){ .slot = SLOT, .freezer_fd = -1 };
	ck_assert_int_eq(announce(), 0);
	expect_state("THAWED\n");
	ck_assert_uint_eq(knob_entry(&handler, SLOT, KNOB_FREEZER).loan, 42);
}
END_TEST

/*
 * Still FREEZING below a group that somebody else froze: what the write did is all we can do. What is
 * appended to the file does not change what it says.
 */
START_TEST(a_write_that_succeeds_is_a_thaw)
{
	char path[32];

	freeze();
	kernel_says("FREEZING\n");
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", state);
	close(episode.freezer_fd);
	episode.freezer_fd = open(path, O_RDWR | O_APPEND);
	ck_assert_int_eq(freezer_open(&handler, SLOT), 0);
	expect_state("FREEZING\nTHAWED");
	ck_assert(!is_ours() && episode.freezer_fd == -1);
}
END_TEST

START_TEST(a_write_that_fails_is_none)
{
	freeze();
	close(episode.freezer_fd);
	episode.freezer_fd = open("/dev/null", O_RDONLY);
	ck_assert_int_eq(freezer_open(&handler, SLOT), -EBADF);
	ck_assert(is_ours() && episode.freezer_fd >= 0);
}
END_TEST

/* What could not be undone is held, and no second one begins over it. */
START_TEST(not_twice)
{
	int held;

	freeze();
	kernel_says("THAWED\n");
	close(episode.freezer_fd);
	held = episode.freezer_fd = open("/dev/null", O_RDONLY);
	ck_assert_int_eq(freezer_close(&handler, &episode), -EBUSY);
	ck_assert_int_eq(episode.freezer_fd, held);
	expect_state("THAWED\n");
}
END_TEST

START_TEST(fenced_changes_nothing)
{
	ck_assert_int_eq(announce(), 0);
	atomic_store(&pulse.epoch, handler.epoch + 1);
	ck_assert_int_eq(freezer_close(&handler, &episode), -ECANCELED);
	expect_state("THAWED\n");
	ck_assert_int_eq(announce(), -ECANCELED);
	make();
	freeze();
	atomic_store(&pulse.epoch, handler.epoch + 1);
	ck_assert_int_eq(freezer_open(&handler, SLOT), -ECANCELED);
	expect_state("FROZEN\n");
	ck_assert(is_ours());
}
END_TEST

START_TEST(without_a_freezer)
{
	handler.adopt.groups[SLOT].fd[GROUP_FREEZER] = -1;
	ck_assert_int_eq(announce(), -EOPNOTSUPP);
	ck_assert(!is_ours());
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("freezer", &tests);

	tcase_add_checked_fixture(tests, make, NULL);
	tcase_add_test(tests, announced_before_it_is_done);
	tcase_add_test(tests, frozen_and_thawed);
	tcase_add_test(tests, thawed_without_the_seat);
	tcase_add_loop_test(tests, frozen_before_us_stays, 0, UNIT_COUNT(frozen));
	tcase_add_loop_test(tests, frozen_meanwhile_stays, 0, UNIT_COUNT(frozen));
	tcase_add_test(tests, announced_only_is_forgotten);
	tcase_add_test(tests, left_behind_is_thawed);
	tcase_add_test(tests, left_behind_ends_before_the_next);
	tcase_add_test(tests, a_write_that_succeeds_is_a_thaw);
	tcase_add_test(tests, a_write_that_fails_is_none);
	tcase_add_test(tests, not_twice);
	tcase_add_test(tests, fenced_changes_nothing);
	tcase_add_test(tests, without_a_freezer);
	return unit_run(suite);
}
