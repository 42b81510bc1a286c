/*
 * What the record says of where a decision came from, of the signal, and of memory.stat that came late.
 *
 * Links: daemon/handler/record.c. Levels are played by a few lines here, and nobody is woken.
 */
#include <errno.h>
#include <signal.h>

#include "base/io.h"
#include "handler/level.h"
#include "handler/pin.h"
#include "handler/record.h"
#include "unit.h"

#define TRIGGER_NSEC 5000000000

static struct handler handler;
static struct facts facts;
static struct outcomes outcomes;
static struct episode episode;
static struct ranking ranking;

int level_gauges(const struct handler *self, uint32_t slot, struct gauges *ret_gauges)
{
	(void)self, (void)slot, (void)ret_gauges;
	return -ESRCH;
}

uint64_t level_kills(const struct handler *self, uint32_t slot)
{
	(void)self, (void)slot;
	return 0;
}

bool level_memsw_is_full(const struct gauges *gauges)
{
	(void)gauges;
	return false;
}

uint64_t pin_faults(void)
{
	return 0;
}

int io_signal_event(int fd)
{
	(void)fd;
	return 0;
}

static void make(void)
{
	static const struct gauges gauges = { .limit = 4096 };

	memset(&outcomes, 0, sizeof(outcomes));
	memset(&facts, 0, sizeof(facts));
	handler.tables = (struct tables){ .facts = &facts, .outcomes = &outcomes };
	handler.sequence = 0;
	handler.now.count = TRIGGER_NSEC;
	handler.snapshot.source = SOURCE_BPF;
	handler.snapshot.error = 0;
	episode = (struct episode){ .trigger = handler.now };
	ranking = (struct ranking){ .listed = 0 };
	record_trigger(&handler, &episode, &gauges, EPISODE_BY_EVENT);
}

static void sample(uint64_t nsec)
{
	const struct facts_memory memory = { .sampled_nsec = nsec, .value = { nsec } };

	facts_write_memory(&facts, 0, &memory);
}

static const struct outcome *sent(void)
{
	record_send(&handler, &episode, OUTCOME_RESOLVED);
	return &outcomes.records[0];
}

START_TEST(where_the_decision_came_from)
{
	handler.snapshot.source = SOURCE_ITER;
	handler.snapshot.failed = SOURCE_BPF;
	handler.snapshot.error = -ENOMEM;
	handler.snapshot.missed = 7;
	record_decision(&handler, &episode, &ranking);
	ck_assert_uint_eq(sent()->source, SOURCE_ITER);
	ck_assert_uint_eq(outcomes.records[0].source_failed, SOURCE_BPF);
	ck_assert_uint_eq(outcomes.records[0].source_error, ENOMEM);
	ck_assert_uint_eq(outcomes.records[0].facts_missed, 7);
}
END_TEST

/* The first decision is what the record shows; that a later one lost its source belongs to it too. */
START_TEST(a_source_that_fails_later)
{
	record_decision(&handler, &episode, &ranking);
	handler.snapshot.source = SOURCE_FACTS;
	handler.snapshot.failed = SOURCE_ITER;
	handler.snapshot.error = -EIO;
	record_decision(&handler, &episode, &ranking);
	handler.snapshot.failed = SOURCE_BPF;
	handler.snapshot.error = -ENOMEM;
	record_decision(&handler, &episode, &ranking);
	ck_assert_uint_eq(sent()->source, SOURCE_BPF);
	ck_assert_uint_eq(outcomes.records[0].source_failed, SOURCE_ITER);
	ck_assert_uint_eq(outcomes.records[0].source_error, EIO);
}
END_TEST

START_TEST(how_the_signal_went)
{
	const struct outcome_candidate who = { .pid = 9 };
	const struct record_signal told = { .number = SIGKILL, .method = KILL_METHOD_BPF };

	record_victim(&episode, &who, told);
	ck_assert_uint_eq(sent()->victim[0].method, KILL_METHOD_BPF);
}
END_TEST

START_TEST(memory_that_came_after_the_decision)
{
	const struct outcome_candidate who = { .pid = 9 };

	sample(TRIGGER_NSEC - 101000000); /* of before */
	record_decision(&handler, &episode, &ranking);
	ck_assert_uint_eq(episode.outcome.memory.sampled_nsec, 0);
	episode.acted = true;
	record_victim(&episode, &who, (struct record_signal){ .number = SIGKILL });
	sample(TRIGGER_NSEC + 1);
	record_victim_end(&handler, &episode, OUTCOME_VICTIM_EXITED);
	sample(TRIGGER_NSEC + 2); /* what came first is nearer to the trigger */
	ck_assert_uint_eq(sent()->memory.value[0], TRIGGER_NSEC + 1);
}
END_TEST

START_TEST(memory_at_the_very_end)
{
	record_decision(&handler, &episode, &ranking);
	sample(TRIGGER_NSEC + 3);
	ck_assert_uint_eq(sent()->memory.value[0], TRIGGER_NSEC + 3);
}
END_TEST

START_TEST(memory_of_another_time_is_none)
{
	sample(TRIGGER_NSEC - 101000000);
	record_decision(&handler, &episode, &ranking);
	ck_assert_uint_eq(sent()->memory.sampled_nsec, 0);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("record", &tests);

	tcase_add_checked_fixture(tests, make, NULL);
	tcase_add_test(tests, where_the_decision_came_from);
	tcase_add_test(tests, a_source_that_fails_later);
	tcase_add_test(tests, how_the_signal_went);
	tcase_add_test(tests, memory_that_came_after_the_decision);
	tcase_add_test(tests, memory_at_the_very_end);
	tcase_add_test(tests, memory_of_another_time_is_none);
	return unit_run(suite);
}
