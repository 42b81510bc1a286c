/*
 * The hook step: numbers that only rise, the answer that counts, and who is not waited for. The rest of
 * the handler is played by a few lines here.
 *
 * Links: daemon/handler/action_hook.c.
 */
#include <errno.h>

#include "handler/action.h"
#include "handler/decision.h"
#include "handler/record.h"
#include "unit.h"

#define SLOT 5

static struct handler handler;
static struct roster roster;
static struct outcomes outcomes;
static struct pulse pulse;
static struct episode episode;
static struct candidate victim;
static int error;

const struct ranking *decision_take(struct handler *self, struct episode *of)
{
	(void)of;
	return &self->ranking;
}

void record_step_error(struct episode *of, int is)
{
	(void)of;
	error = is;
}

static void make(void)
{
	handler.tables =
		(struct tables){ .roster = &roster, .outcomes = &outcomes, .pulse = &pulse };
	handler.now = (struct nsec){ .count = NSEC_PER_SEC };
	victim = (struct candidate){ .who = { .pid = 77 } };
	handler.ranking = (struct ranking){ .first = &victim };
	episode = (struct episode){ .slot = SLOT, .step = 2, .step_begin = handler.now };
	episode.policy.step[2].timeout = nsec_from_msec(5000);
	error = 0;
	atomic_store(&pulse.supervisor_up, 1);
	atomic_store(&outcomes.board[SLOT].hook_wanted, 0);
	atomic_store(&roster.hooks[SLOT].answered, 0);
	atomic_store(&roster.hooks[SLOT].error, 0);
}

static uint32_t wanted(void)
{
	return atomic_load(&outcomes.board[SLOT].hook_wanted);
}

static enum action_verdict tick_after(uint64_t msec)
{
	handler.now = nsec_after(handler.now, nsec_from_msec(msec));
	return action_hook_tick(&handler, &episode);
}

static const struct {
	uint32_t wanted, answered, expected;
} numbers[] = {
	{ 0, 0, 1 },
	{ 4, 4, 5 },
	{ 5, 4, 6 }, /* timed out: its answer may come yet */
	{ 0, 4, 5 }, /* a board that was cleared */
	{ UINT32_MAX, UINT32_MAX, 0 },
	{ 1, UINT32_MAX, 2 },
};

START_TEST(the_number_rises)
{
	atomic_store(&outcomes.board[SLOT].hook_wanted, numbers[_i].wanted);
	atomic_store(&roster.hooks[SLOT].answered, numbers[_i].answered);
	ck_assert_int_eq(action_hook_begin(&handler, &episode), ACTION_WAITING);
	ck_assert_uint_eq(wanted(), numbers[_i].expected);
	ck_assert_uint_eq(atomic_load(&outcomes.board[SLOT].hook_step), 2);
	ck_assert_uint_eq(atomic_load(&outcomes.board[SLOT].hook_victim), 77);
	ck_assert_int_eq(tick_after(20), ACTION_WAITING);
}
END_TEST

START_TEST(answered)
{
	ck_assert_int_eq(action_hook_begin(&handler, &episode), ACTION_WAITING);
	atomic_store(&roster.hooks[SLOT].answered, wanted());
	ck_assert_int_eq(tick_after(20), ACTION_DONE);
	atomic_store(&roster.hooks[SLOT].error, ECONNREFUSED);
	ck_assert_int_eq(tick_after(20), ACTION_FAILED);
	ck_assert_int_eq(error, -ECONNREFUSED);
}
END_TEST

START_TEST(a_late_answer_is_of_another_time)
{
	atomic_store(&outcomes.board[SLOT].hook_wanted, 8);
	atomic_store(&roster.hooks[SLOT].answered, 7);
	ck_assert_int_eq(action_hook_begin(&handler, &episode), ACTION_WAITING);
	atomic_store(&roster.hooks[SLOT].answered, 8);
	ck_assert_int_eq(tick_after(20), ACTION_WAITING);
}
END_TEST

START_TEST(not_in_time)
{
	ck_assert_int_eq(action_hook_begin(&handler, &episode), ACTION_WAITING);
	ck_assert_int_eq(tick_after(4999), ACTION_WAITING);
	ck_assert_int_eq(tick_after(1), ACTION_TIMED_OUT);
}
END_TEST

START_TEST(nobody_to_ask)
{
	atomic_store(&pulse.supervisor_up, 0);
	ck_assert_int_eq(action_hook_begin(&handler, &episode), ACTION_FAILED);
	ck_assert_int_eq(error, -ESRCH);
	ck_assert_uint_eq(wanted(), 0);
}
END_TEST

START_TEST(nobody_chosen)
{
	handler.ranking.first = NULL;
	ck_assert_int_eq(action_hook_begin(&handler, &episode), ACTION_WAITING);
	ck_assert_uint_eq(atomic_load(&outcomes.board[SLOT].hook_victim), 0);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("action_hook", &tests);

	tcase_add_checked_fixture(tests, make, NULL);
	tcase_add_loop_test(tests, the_number_rises, 0, UNIT_COUNT(numbers));
	tcase_add_test(tests, answered);
	tcase_add_test(tests, a_late_answer_is_of_another_time);
	tcase_add_test(tests, not_in_time);
	tcase_add_test(tests, nobody_to_ask);
	tcase_add_test(tests, nobody_chosen);
	return unit_run(suite);
}
