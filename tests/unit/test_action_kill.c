/*
 * The kill step where its signal does not go out: whom it tries again, and whom it passes over. The rest
 * of the handler is played by a few lines here; how a kill goes well is in test_episode.c.
 *
 * Links: daemon/handler/action_kill.c.
 */
#include <errno.h>
#include <signal.h>

#include "handler/action.h"
#include "handler/decision.h"
#include "handler/pressure.h"
#include "handler/record.h"
#include "unit.h"

static struct handler handler;
static struct roster roster;
static struct outcomes outcomes;
static struct episode episode;
static struct candidate first;

static struct {
	int take, signal; /* what victim_take() and victim_signal() say */
	uint32_t taken, released, paid, victims, requests;
	struct record_signal told;
} world;

const struct ranking *decision_take(struct handler *self, struct episode *of)
{
	(void)of;
	return &self->ranking;
}

int victim_take(struct handler *self, const struct candidate *who, struct victim *ret_victim)
{
	(void)self, (void)who;
	world.taken++;
	if (world.take == 0)
		ret_victim->count = 1;
	return world.take;
}

int victim_signal(struct handler *self, struct victim *whom, int number,
		  enum kill_method *ret_method)
{
	(void)self, (void)whom;
	ck_assert_int_eq(number, SIGKILL);
	*ret_method = KILL_METHOD_BPF;
	return world.signal;
}

bool victim_exited(struct handler *self, const struct victim *whom)
{
	(void)self, (void)whom;
	return false;
}

void victim_release(struct handler *self, struct victim *whom)
{
	(void)self;
	world.released += whom->count;
	whom->count = 0;
}

void record_victim(struct episode *of, const struct outcome_candidate *who,
		   struct record_signal told)
{
	(void)of;
	ck_assert_uint_eq(who->pid, first.who.pid);
	world.told = told;
	world.victims++;
}

void record_victim_end(const struct handler *self, struct episode *of, enum outcome_victim_end end)
{
	(void)self, (void)of, (void)end;
}

void record_step_error(struct episode *of, int error)
{
	(void)of, (void)error;
}

bool budget_take(struct handler *self, struct episode *of)
{
	(void)self, (void)of;
	world.paid++;
	return true;
}

void pressure_forget(struct episode *of)
{
	(void)of;
}

void snapshot_request(struct handler *self, uint32_t slot)
{
	(void)self, (void)slot;
	world.requests++;
}

const struct group_seat *adopt_group(const struct adopt *adopt, uint32_t slot, uint32_t generation)
{
	(void)adopt, (void)slot, (void)generation;
	return NULL;
}

int knob_get(enum knob knob, int fd, uint64_t *ret_value)
{
	(void)knob, (void)fd, (void)ret_value;
	return -ESRCH;
}

static void make(void)
{
	memset(&world, 0, sizeof(world));
	handler.tables = (struct tables){ .roster = &roster, .outcomes = &outcomes };
	handler.now = nsec_from_msec(1000);
	first = (struct candidate){ .who = { .pid = 77 } };
	handler.ranking = (struct ranking){ .first = &first };
	episode = (struct episode){ .freezer_fd = -1 };
	atomic_store(&outcomes.board[0].kills, 0);
}

static void tick(void)
{
	handler.now = nsec_after(handler.now, nsec_from_msec(2));
	ck_assert_int_eq(action_kill_tick(&handler, &episode), ACTION_WAITING);
}

START_TEST(told_by_an_order)
{
	tick();
	ck_assert_uint_eq(world.victims, 1);
	ck_assert_int_eq(world.told.method, KILL_METHOD_BPF);
	ck_assert_uint_eq(outcomes.board[0].kills, 1);
	ck_assert(episode.victim.waiting && episode.tried_count == 1);
}
END_TEST

/* Neither an order nor a descriptor reaches it: that is no reason to take somebody else. */
START_TEST(out_of_reach_for_now_is_tried_again)
{
	world.signal = -EAGAIN;
	tick();
	ck_assert_uint_eq(world.victims, 0);
	ck_assert_uint_eq(world.released, 1);
	ck_assert(!episode.acted && !episode.victim.waiting && episode.tried_count == 0);
	ck_assert_uint_eq(episode.due.count, nsec_after(handler.now, nsec_from_msec(2)).count);
	world.signal = 0;
	tick();
	ck_assert(world.victims == 1 && world.told.error == 0);
}
END_TEST

/* One kill is counted once, however often it is tried; the next one is another. */
START_TEST(tried_again_is_not_paid_again)
{
	world.signal = -EAGAIN;
	tick();
	tick();
	world.signal = 0;
	tick();
	ck_assert(world.victims == 1 && world.paid == 1);
	episode.victim = (struct victim){ 0 };
	tick();
	ck_assert(world.victims == 2 && world.paid == 2);
}
END_TEST

START_TEST(gone_by_itself_is_passed_over)
{
	world.signal = -ESRCH;
	tick();
	ck_assert(world.victims == 1 && world.told.error == -ESRCH);
	ck_assert(episode.tried_count == 1 && !episode.acted);
	ck_assert_uint_eq(world.requests, 1);
}
END_TEST

/* 25 looks are enough for any descriptor that will come at all. */
START_TEST(a_seat_that_never_comes_is_passed_over)
{
	world.take = -EAGAIN;
	for (int i = 0; i < 25; i++)
		tick();
	ck_assert(world.victims == 0 && episode.tried_count == 0);
	tick();
	ck_assert(world.victims == 1 && world.told.error == -ESRCH && episode.tried_count == 1);
	ck_assert_uint_eq(world.taken, 26);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("action_kill", &tests);

	tcase_add_checked_fixture(tests, make, NULL);
	tcase_add_test(tests, told_by_an_order);
	tcase_add_test(tests, out_of_reach_for_now_is_tried_again);
	tcase_add_test(tests, tried_again_is_not_paid_again);
	tcase_add_test(tests, gone_by_itself_is_passed_over);
	tcase_add_test(tests, a_seat_that_never_comes_is_passed_over);
	return unit_run(suite);
}
