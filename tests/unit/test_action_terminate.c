/*
 * The terminate step: signal first, then slices, each only to sleepers and not too close; what it makes
 * of refusals, exits and the end of the grace. The rest of the handler is played by a few lines here.
 *
 * Links: daemon/handler/action_terminate.c and what reads ledger and limits.
 */
#include <errno.h>
#include <signal.h>

#include "handler/action.h"
#include "handler/decision.h"
#include "handler/level.h"
#include "handler/pressure.h"
#include "handler/record.h"
#include "unit.h"

#define MIB (1ULL << 20)
#define GRACE_MSEC 2000
#define SPAN_MSEC 250 /* an eighth of the grace */

static struct handler handler;
static struct roster roster;
static struct facts facts;
static struct ledger ledger;
static struct pulse pulse;
static struct episode episode;
static struct candidate victim;

static struct {
	bool asleep, margin, exited, over_budget;
	int take, lend; /* what victim_take() and action_lend() say */
	uint64_t limit;
	uint32_t signals, loans, nudges, requests, victims, units;
	int end, error;
	struct action_loan loan;
} world;

const struct ranking *decision_take(struct handler *self, struct episode *of)
{
	(void)of;
	return &self->ranking;
}

int victim_take(struct handler *self, const struct candidate *who, struct victim *ret_victim)
{
	(void)self;
	if (world.take == 0)
		*ret_victim = (struct victim){
			.count = 1,
			.process = { { .order = { .pid = who->who.pid }, .pidfd = -1 } },
		};
	return world.take;
}

int victim_signal(struct handler *self, struct victim *whom, int number,
		  enum kill_method *ret_method)
{
	(void)self;
	*ret_method = KILL_METHOD_PIDFD;
	ck_assert_uint_eq(whom->count, 1);
	ck_assert_int_eq(number, SIGTERM);
	ck_assert_uint_eq(world.loans, 0);
	world.signals++;
	return 0;
}

bool budget_take(struct handler *self, struct episode *of)
{
	(void)self, (void)of;
	ck_assert_uint_eq(world.signals, 0);
	world.units += !world.over_budget;
	return !world.over_budget;
}

bool victim_exited(struct handler *self, const struct victim *whom)
{
	(void)self, (void)whom;
	return world.exited;
}

void victim_release(struct handler *self, struct victim *whom)
{
	(void)self;
	*whom = (struct victim){ 0 };
}

void snapshot_request(struct handler *self, uint32_t slot)
{
	(void)self, (void)slot;
	world.requests++;
}

int level_gauges(const struct handler *self, uint32_t slot, struct gauges *ret_gauges)
{
	(void)self, (void)slot;
	*ret_gauges = (struct gauges){ .level = { .under_oom = world.asleep },
				       .limit = world.limit,
				       .usage = world.limit };
	return 0;
}

bool level_has_margin(const struct handler *self, uint32_t slot)
{
	(void)self, (void)slot;
	return world.margin;
}

bool pressure_is_on(const struct handler *self, struct episode *of, const struct gauges *gauges)
{
	(void)self, (void)of;
	return gauges->level.under_oom;
}

int action_lend(struct handler *self, const struct episode *of, const struct action_loan *loan,
		struct bytes *ret_limit)
{
	(void)self, (void)of;
	if (world.lend < 0)
		return world.lend;
	world.loans++;
	world.loan = *loan;
	world.limit += loan->by.value;
	ret_limit->count = world.limit;
	return 0;
}

int action_nudge(struct handler *self, uint32_t slot)
{
	(void)self, (void)slot;
	world.nudges++;
	return 0;
}

void record_victim(struct episode *of, const struct outcome_candidate *who,
		   struct record_signal how)
{
	(void)of;
	ck_assert_uint_eq(who->pid, 77);
	ck_assert_int_eq(how.number, SIGTERM);
	world.victims++;
}

void record_victim_end(const struct handler *self, struct episode *of, enum outcome_victim_end end)
{
	(void)self, (void)of;
	world.end = end;
}

void record_step_error(struct episode *of, int error)
{
	(void)of;
	world.error = error;
}

void record_step_amount(struct episode *of, struct bytes amount)
{
	(void)of;
	ck_assert_uint_eq(amount.count, world.limit);
}

void record_step_count(struct episode *of, uint32_t count)
{
	(void)of;
	ck_assert_uint_eq(count, world.loans);
}

static void make(void)
{
	handler.tables = (struct tables){
		.roster = &roster, .facts = &facts, .ledger = &ledger, .pulse = &pulse
	};
	handler.page_bytes = 4096;
	handler.now = (struct nsec){ .count = NSEC_PER_SEC };
	victim = (struct candidate){ .who = { .pid = 77 } };
	handler.ranking = (struct ranking){ .first = &victim };
	episode = (struct episode){ .freezer_fd = -1 };
	episode.policy.step[0] = (struct policy_step){ .signal_number = SIGTERM,
						       .grace = nsec_from_msec(GRACE_MSEC),
						       .reserve = { .value = 16 * MIB } };
	memset(&world, 0, sizeof(world));
	world.asleep = true;
	world.limit = 64 * MIB;
	world.end = OUTCOME_VICTIM_WAITING;
}

static enum action_verdict begin(void)
{
	return action_terminate_begin(&handler, &episode);
}

static enum action_verdict tick_after(uint64_t msec)
{
	handler.now = nsec_after(handler.now, nsec_from_msec(msec));
	return action_terminate_tick(&handler, &episode);
}

START_TEST(signal_then_a_slice)
{
	ck_assert_int_eq(begin(), ACTION_WAITING);
	ck_assert_uint_eq(world.signals, 1);
	ck_assert_uint_eq(world.victims, 1);
	ck_assert_uint_eq(world.loans, 1);
	ck_assert_uint_eq(world.loan.by.value, 4 * MIB);
	ck_assert_uint_eq(world.loan.hold_for.count, nsec_from_msec(GRACE_MSEC).count);
	ck_assert_uint_eq(episode.tried_count, 0);
}
END_TEST

START_TEST(four_slices_well_apart)
{
	ck_assert_int_eq(begin(), ACTION_WAITING);
	for (uint32_t slices = 1; slices < 4; slices++) {
		ck_assert_int_eq(tick_after(SPAN_MSEC - 1), ACTION_WAITING);
		ck_assert_uint_eq(world.loans, slices);
		ck_assert_int_eq(tick_after(1), ACTION_WAITING);
		ck_assert_uint_eq(world.loans, slices + 1);
	}
	ck_assert_int_eq(tick_after(SPAN_MSEC), ACTION_WAITING);
	ck_assert_uint_eq(world.loans, 4);
	/* What is lent last is due when the first is: at the end of the grace. */
	ck_assert_uint_eq(world.loan.hold_for.count,
			  nsec_from_msec(GRACE_MSEC - 3 * SPAN_MSEC).count);
}
END_TEST

START_TEST(not_to_those_who_are_awake)
{
	world.asleep = false;
	ck_assert_int_eq(begin(), ACTION_WAITING);
	ck_assert_int_eq(tick_after(SPAN_MSEC), ACTION_WAITING);
	ck_assert_uint_eq(world.loans, 0);
	world.asleep = true;
	ck_assert_int_eq(tick_after(5), ACTION_WAITING);
	ck_assert_uint_eq(world.loans, 1);
}
END_TEST

START_TEST(a_lost_wake_up_is_no_hunger)
{
	ck_assert_int_eq(begin(), ACTION_WAITING);
	world.margin = true;
	ck_assert_int_eq(tick_after(SPAN_MSEC), ACTION_WAITING);
	ck_assert_uint_eq(world.loans, 1);
	ck_assert_uint_eq(world.nudges, 1);
}
END_TEST

/* They use the margin and sleep again: that is hunger, and nothing has been refused yet. */
START_TEST(a_nudge_is_followed_by_a_slice)
{
	world.margin = true;
	ck_assert_int_eq(begin(), ACTION_WAITING);
	ck_assert_uint_eq(world.nudges, 1);
	world.margin = false;
	ck_assert_int_eq(tick_after(19), ACTION_WAITING);
	ck_assert_uint_eq(world.loans, 0);
	ck_assert_int_eq(tick_after(1), ACTION_WAITING);
	ck_assert_uint_eq(world.loans, 1);
}
END_TEST

START_TEST(a_nudge_is_no_refusal)
{
	world.margin = true;
	ck_assert_int_eq(begin(), ACTION_WAITING);
	ck_assert_int_eq(tick_after(500), ACTION_WAITING);
	ck_assert_uint_eq(world.nudges, 2);
}
END_TEST

START_TEST(one_unit_of_the_budget)
{
	ck_assert_int_eq(begin(), ACTION_WAITING);
	ck_assert_uint_eq(world.units, 1);
	ck_assert_int_eq(tick_after(GRACE_MSEC), ACTION_TIMED_OUT);
	ck_assert_uint_eq(world.units, 1);
}
END_TEST

START_TEST(over_budget)
{
	world.over_budget = true;
	ck_assert_int_eq(begin(), ACTION_OVER_BUDGET);
	ck_assert_uint_eq(world.signals, 0);
	ck_assert_uint_eq(episode.victim.count, 0);
}
END_TEST

START_TEST(percent_of_the_limit_found)
{
	const struct ledger_cell lent = { .state = LEDGER_CHANGED,
					  .found = 32 * MIB,
					  .set = 64 * MIB };

	ledger_write(&ledger, 0, KNOB_LIMIT, &lent);
	episode.policy.step[0].reserve = (struct amount){ .value = 50, .percent = 1 };
	(void)begin();
	/* A quarter of 16 MiB but for a few bytes of rounding, and then whole pages. */
	ck_assert_uint_eq(world.loan.by.value, 4 * MIB);
	ledger_write(&ledger, 0, KNOB_LIMIT, &(struct ledger_cell){ .state = LEDGER_CLEAR });
}
END_TEST

START_TEST(done_when_it_has_exited)
{
	ck_assert_int_eq(begin(), ACTION_WAITING);
	world.asleep = false;
	ck_assert_int_eq(tick_after(5), ACTION_WAITING);
	world.exited = true;
	ck_assert_int_eq(tick_after(5), ACTION_DONE);
	ck_assert_int_eq(world.end, OUTCOME_VICTIM_EXITED);
	ck_assert_uint_eq(episode.victim.count, 0);
}
END_TEST

/* It is not waited for any more, and held for `kill`. */
START_TEST(outlives_its_grace)
{
	ck_assert_int_eq(begin(), ACTION_WAITING);
	ck_assert_int_eq(tick_after(GRACE_MSEC - 1), ACTION_WAITING);
	ck_assert_int_eq(tick_after(1), ACTION_TIMED_OUT);
	ck_assert_int_eq(world.end, OUTCOME_VICTIM_OUTLIVED);
	ck_assert_uint_eq(episode.victim.count, 1);
	ck_assert(!episode.victim.waiting);
}
END_TEST

START_TEST(refused_and_asleep)
{
	world.lend = -ENOBUFS;
	ck_assert_int_eq(begin(), ACTION_WAITING);
	ck_assert_int_eq(world.error, -ENOBUFS);
	ck_assert_int_eq(tick_after(99), ACTION_WAITING);
	ck_assert_int_eq(tick_after(1), ACTION_FAILED);
	ck_assert_uint_eq(episode.victim.count, 1);
	ck_assert(!episode.victim.waiting);
}
END_TEST

/* The first refusal counts, not the latest. */
START_TEST(refused_again_and_again)
{
	episode.policy.step[0].grace = nsec_from_msec(160);
	world.lend = -ENOBUFS;
	ck_assert_int_eq(begin(), ACTION_WAITING);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(tick_after(20), ACTION_WAITING);
	ck_assert_int_eq(tick_after(20), ACTION_FAILED);
}
END_TEST

START_TEST(refused_late)
{
	world.asleep = false;
	world.lend = -ENOBUFS;
	ck_assert_int_eq(begin(), ACTION_WAITING);
	world.asleep = true;
	ck_assert_int_eq(tick_after(300), ACTION_WAITING);
	ck_assert_int_eq(tick_after(99), ACTION_WAITING);
	ck_assert_int_eq(tick_after(1), ACTION_FAILED);
}
END_TEST

START_TEST(refused_and_awake)
{
	world.lend = -ENOMEM;
	ck_assert_int_eq(begin(), ACTION_WAITING);
	world.asleep = false;
	ck_assert_int_eq(tick_after(500), ACTION_WAITING);
	ck_assert_int_eq(tick_after(1500), ACTION_TIMED_OUT);
}
END_TEST

START_TEST(without_a_reserve)
{
	episode.policy.step[0].reserve.value = 0;
	ck_assert_int_eq(begin(), ACTION_WAITING);
	ck_assert_int_eq(tick_after(1000), ACTION_WAITING);
	ck_assert_uint_eq(world.loans, 0);
	ck_assert_int_eq(tick_after(1000), ACTION_TIMED_OUT);
}
END_TEST

START_TEST(seat_on_its_way)
{
	world.take = -EAGAIN;
	ck_assert_int_eq(begin(), ACTION_WAITING);
	for (int i = 0; i < 24; i++)
		ck_assert_int_eq(tick_after(2), ACTION_WAITING);
	ck_assert_uint_eq(world.requests, 0);
	ck_assert_int_eq(tick_after(2), ACTION_FAILED);
	ck_assert_int_eq(world.error, -EAGAIN);
	ck_assert_uint_eq(world.signals, 0);
}
END_TEST

START_TEST(gone_by_itself)
{
	world.take = -ESRCH;
	ck_assert_int_eq(begin(), ACTION_WAITING);
	ck_assert_uint_eq(world.requests, 1);
	/* That was enough: nobody else has to go. */
	world.asleep = false;
	world.take = 0;
	ck_assert_int_eq(tick_after(20), ACTION_DONE);
	ck_assert_uint_eq(world.signals, 0);
}
END_TEST

START_TEST(nobody_to_choose)
{
	handler.ranking.first = NULL;
	ck_assert_int_eq(begin(), ACTION_FAILED);
	ck_assert_int_eq(world.error, -ENOENT);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("action_terminate", &tests);

	tcase_add_checked_fixture(tests, make, NULL);
	tcase_add_test(tests, signal_then_a_slice);
	tcase_add_test(tests, four_slices_well_apart);
	tcase_add_test(tests, not_to_those_who_are_awake);
	tcase_add_test(tests, a_lost_wake_up_is_no_hunger);
	tcase_add_test(tests, a_nudge_is_followed_by_a_slice);
	tcase_add_test(tests, a_nudge_is_no_refusal);
	tcase_add_test(tests, one_unit_of_the_budget);
	tcase_add_test(tests, over_budget);
	tcase_add_test(tests, percent_of_the_limit_found);
	tcase_add_test(tests, done_when_it_has_exited);
	tcase_add_test(tests, outlives_its_grace);
	tcase_add_test(tests, refused_and_asleep);
	tcase_add_test(tests, refused_again_and_again);
	tcase_add_test(tests, refused_late);
	tcase_add_test(tests, refused_and_awake);
	tcase_add_test(tests, without_a_reserve);
	tcase_add_test(tests, seat_on_its_way);
	tcase_add_test(tests, gone_by_itself);
	tcase_add_test(tests, nobody_to_choose);
	return unit_run(suite);
}
