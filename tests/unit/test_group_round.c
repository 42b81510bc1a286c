/*
 * A round of kill-group: whom it signals and how, whom it counts, and when it says that nobody is left.
 * Decisions are played by a few lines here: as the kernel would answer, with those that were killed dying.
 *
 * Links: daemon/handler/group_round.c, victim.c, orders.c, pidfd.c, strangers.c, doomed.c, group_owner.c
 * and the ranking. The
 * kernel's side is a double (kernel.h).
 */
#include "handler/decision.h"
#include "handler/group_round.h"
#include "handler/record.h"
#include "handler/strangers.h"
#include "kernel.h"

static struct episode episode;
static struct record_signal told;
static uint32_t victims, requests;

struct ranking_question decision_question(const struct handler *self, const struct episode *of)
{
	(void)self, (void)of;
	return (struct ranking_question){ .spare_adj = true,
					  .limit = { 64 << 20 },
					  .page = { 4096 } };
}

const struct ranking *decision_take(struct handler *self, struct episode *of)
{
	const struct ranking_question question = decision_question(self, of);
	struct snapshot *snapshot = &self->snapshot;

	for (uint32_t i = 0; i < snapshot->count; i++)
		if (snapshot->source != SOURCE_FACTS && !is_alive(i))
			snapshot->list[i].who.flags |= FACT_DYING;
	ranking_make(snapshot->list, snapshot->count, &question, &self->ranking);
	return &self->ranking;
}

void record_victim(struct episode *of, const struct outcome_candidate *who,
		   struct record_signal signal)
{
	(void)of;
	ck_assert_uint_eq(who->pid, handler.ranking.list[0].pid);
	told = signal;
	victims++;
}

/* Some are dead before anybody could wait for them. */
void record_victim_end(const struct handler *self, struct episode *of, enum outcome_victim_end end)
{
	(void)self, (void)of;
	ck_assert_int_eq(end, OUTCOME_VICTIM_EXITED);
}

void record_step_count(struct episode *of, uint32_t count)
{
	ck_assert_uint_eq(count, of->signalled);
}

void snapshot_request(struct handler *self, uint32_t slot)
{
	(void)self, (void)slot;
	requests++;
}

static struct round round_now(void)
{
	return round_run(&handler, &episode, decision_take(&handler, &episode));
}

static void make(void)
{
	kernel_make();
	handler.snapshot.source = SOURCE_BPF;
	handler.snapshot.complete = true;
	episode = (struct episode){ .phase = EPISODE_STEP,
				    .step_begun = true,
				    .policy = { .step = { { .kind = STEP_KILL_GROUP } } } };
	handler.slots[0].episode = &episode;
	told = (struct record_signal){ .method = KILL_METHOD_COUNT };
	victims = requests = 0;
}

static void clear(void)
{
	strangers_release(&handler, &episode);
	victim_release(&handler, &episode.victim);
	kernel_clear();
}

static void make_people(uint32_t count, bool seat)
{
	for (uint32_t i = 0; i < count; i++)
		process_make(seat);
}

static void expect_dead(void)
{
	for (uint32_t i = 0; i < kernel.processes; i++)
		ck_assert(has_died(i));
}

/* They are dead and their memory is free: the kernel does not list them any more. */
static void forget_dead(void)
{
	for (uint32_t i = 0; i < handler.snapshot.count; i++)
		handler.snapshot.list[i].who.rss = 0;
}

START_TEST(everybody_in_one_run)
{
	struct round round;

	make_people(5, false);
	round = round_now();
	ck_assert_uint_eq(kernel.runs[ROLL_SIGNAL], 1);
	ck_assert_uint_eq(round.signalled, 5);
	ck_assert(round.news == 5 && round.pending == 0 && round.left == 5);
	expect_dead();
	ck_assert_uint_eq(victims, 1);
	ck_assert_int_eq(told.number, SIGKILL);
	ck_assert_int_eq(told.method, KILL_METHOD_BPF);
	ck_assert_uint_eq(kernel.spent, 0);
}
END_TEST

/* Counted once each, and waited for as long as they hold memory. */
START_TEST(the_dying_are_no_news)
{
	struct round round;

	make_people(3, true);
	make_people(2, false);
	(void)round_now();
	expect_dead();
	round = round_now();
	ck_assert(round.news == 0 && round.pending == 0 && round.left == 5);
	ck_assert_uint_eq(episode.signalled, 5);
	ck_assert_uint_eq(outcomes.board[0].kills, 5);
	forget_dead();
	round = round_now();
	ck_assert(round.left == 0 && round.complete);
	ck_assert_uint_eq(victims, 1);
}
END_TEST

/* No list names them any more, and the kernel still takes their memory down. */
START_TEST(the_unlisted_are_waited_for_to_their_end)
{
	struct round round;

	make_people(3, false);
	(void)round_now();
	expect_dead();
	handler.snapshot.count = 0;
	kernel.linger = true;
	round = round_now();
	ck_assert(round.left == 3 && round.news == 0 && round.pending == 0);
	kernel.linger = false;
	round = round_now();
	ck_assert_uint_eq(round.left, 0);
	ck_assert_uint_eq(kernel.runs[ROLL_SIGNAL], 1);
	ck_assert_uint_eq(kernel.runs[ROLL_FIND], 2);
}
END_TEST

/* Said of nobody is not said of the dead; and where no program can tell, the list has to do. */
START_TEST(the_unlisted_when_the_run_fails)
{
	make_people(2, false);
	(void)round_now();
	expect_dead();
	handler.snapshot.count = 0;
	kernel.error = -ENOMEM;
	ck_assert_uint_eq(round_now().left, 2);
	kernel.present[ROLL_FIND] = false;
	ck_assert_uint_eq(round_now().left, 0);
}
END_TEST

/* Whose table it is waits; the other one does with the list, and has it as soon as it is free. */
START_TEST(one_waits_for_the_unlisted)
{
	struct episode other = episode;

	other.slot = 1;
	make_people(1, false);
	(void)round_now();
	expect_dead();
	kernel.linger = true;
	handler.snapshot.count = 0;
	ck_assert_uint_eq(round_run(&handler, &other, decision_take(&handler, &other)).left, 0);
	ck_assert_uint_eq(round_now().left, 1);
	handler.slots[0].episode = NULL;
	ck_assert_uint_eq(round_run(&handler, &other, decision_take(&handler, &other)).left, 0);
	ck_assert_uint_eq(round_now().left, 0);
}
END_TEST

/* The sampler's list gets older with each round; the kernel's is made when it is asked for. */
START_TEST(facts_alone_are_asked_for)
{
	make_people(1, true);
	(void)round_now();
	ck_assert_uint_eq(requests, 0);
	handler.snapshot.source = SOURCE_FACTS;
	(void)round_now();
	ck_assert_uint_eq(requests, 1);
}
END_TEST

START_TEST(whom_the_policy_spares)
{
	struct round round;

	process_make(false)->who.oom_score_adj = -1000;
	process_make(false)->verdict.rule[RULE_PROTECT] = 1;
	process_make(false)->verdict.doubt = 1;
	process_make(false);
	round = round_now();
	ck_assert(round.signalled == 1 && round.left == 1);
	ck_assert(has_died(3) && is_alive(0) && is_alive(1) && is_alive(2));
}
END_TEST

/* The run fails: who has a seat goes at once, who has none is opened by the next round. */
START_TEST(a_failed_run_falls_back_to_descriptors)
{
	struct round round;

	make_people(2, true);
	make_people(2, false);
	kernel.error = -ENOMEM;
	round = round_now();
	ck_assert(round.signalled == 2 && round.pending == 2 && round.left == 4);
	ck_assert(has_died(0) && has_died(1) && is_alive(2) && is_alive(3));
	round = round_now();
	ck_assert(round.signalled == 0 && round.news == 2 && round.pending == 2);
	ck_assert(is_alive(2) && is_alive(3));
	round = round_now();
	ck_assert_uint_eq(round.signalled, 2);
	ck_assert_uint_eq(kernel.runs[ROLL_SIGNAL], 1);
	ck_assert_uint_eq(episode.signalled, 4);
	expect_dead();
}
END_TEST

START_TEST(an_early_end_leaves_the_rest_to_descriptors)
{
	struct round round;

	make_people(3, true);
	kernel.stop = 2;
	round = round_now();
	ck_assert(round.signalled == 3 && round.left == 3);
	expect_dead();
}
END_TEST

START_TEST(gone_since_then_is_neither_left_nor_counted)
{
	struct round round;

	process_make(true)->who.start_nsec++;
	process_make(true);
	round = round_now();
	ck_assert(round.signalled == 1 && round.left == 1 && round.pending == 0);
	ck_assert(is_alive(0) && has_died(1));
}
END_TEST

/* A kernel whose programs can tell, but not signal. */
START_TEST(without_orders_who_is_named_twice)
{
	struct round round;

	outcomes.kill.state = SOURCE_STATE_ABSENT;
	kernel.present[ROLL_SIGNAL] = false;
	process_make(false)->who.rss++; /* the first of the order */
	process_make(true);
	round = round_now();
	ck_assert(round.signalled == 1 && round.news == 2 && round.pending == 1);
	ck_assert(is_alive(0) && has_died(1));
	ck_assert_uint_eq(victims, 0);
	round = round_now();
	ck_assert_uint_eq(round.signalled, 1);
	ck_assert(has_died(0));
	ck_assert_uint_eq(episode.signalled, 2);
	ck_assert_int_eq(told.method, KILL_METHOD_PIDFD);
}
END_TEST

/* As the sampler knows them, they are alive until it looks again: each is counted once all the same. */
START_TEST(facts_go_by_seat)
{
	struct round round;

	handler.snapshot.source = SOURCE_FACTS;
	make_people(2, true);
	process_make(false);
	for (uint32_t i = 0; i < 3; i++)
		handler.snapshot.list[i].live = 0;
	handler.snapshot.list[2].index = 2; /* its seat is on its way */
	round = round_now();
	ck_assert(round.signalled == 2 && round.pending == 1 && round.left == 3);
	ck_assert(has_died(0) && has_died(1) && is_alive(2));
	round = round_now();
	ck_assert(round.signalled == 0 && round.pending == 1 && round.left == 3);
	ck_assert_uint_eq(kernel.runs[ROLL_SIGNAL], 0);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("group_round", &tests);

	tcase_add_checked_fixture(tests, make, clear);
	tcase_add_test(tests, everybody_in_one_run);
	tcase_add_test(tests, the_dying_are_no_news);
	tcase_add_test(tests, the_unlisted_are_waited_for_to_their_end);
	tcase_add_test(tests, the_unlisted_when_the_run_fails);
	tcase_add_test(tests, one_waits_for_the_unlisted);
	tcase_add_test(tests, facts_alone_are_asked_for);
	tcase_add_test(tests, whom_the_policy_spares);
	tcase_add_test(tests, a_failed_run_falls_back_to_descriptors);
	tcase_add_test(tests, an_early_end_leaves_the_rest_to_descriptors);
	tcase_add_test(tests, gone_since_then_is_neither_left_nor_counted);
	tcase_add_test(tests, without_orders_who_is_named_twice);
	tcase_add_test(tests, facts_go_by_seat);
	/* What has been signalled is remembered for as long as the handler runs. */
	return unit_run_forked(suite);
}
