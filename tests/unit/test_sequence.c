/*
 * The sequence lock: a reader gets a whole copy or is told; a writer that died in mid-write does not
 * poison the table for the next one. Nothing is linked: it is all header.
 */
#include <pthread.h>
#include <stdbool.h>

#include "base/sequence.h"
#include "unit/unit.h"

#define WORDS 16
#define ROUNDS 400000

struct datum {
	uint64_t word[WORDS];
};

static struct sequence sequence;
static struct datum table;
static atomic_bool finished;

static struct datum filled(uint64_t value)
{
	struct datum out;

	for (int i = 0; i < WORDS; i++)
		out.word[i] = value * (uint64_t)(i + 1);
	return out;
}

static bool whole(const struct datum *datum)
{
	for (int i = 0; i < WORDS; i++)
		if (datum->word[i] != datum->word[0] * (uint64_t)(i + 1))
			return false;
	return true;
}

START_TEST(what_is_stored_is_loaded)
{
	struct datum in = filled(7), out = filled(0);

	sequence_store(&sequence, &table, &in, sizeof(in));
	ck_assert_int_eq(sequence_load(&sequence, &out, &table, sizeof(out)), 0);
	ck_assert_mem_eq(&in, &out, sizeof(in));
}
END_TEST

START_TEST(reader_gives_up_on_a_dead_writer)
{
	struct datum in = filled(9), out;

	sequence_store(&sequence, &table, &in, sizeof(in));
	atomic_fetch_add(&sequence.count, 1);
	ck_assert_int_eq(sequence_load(&sequence, &out, &table, sizeof(out)), -EAGAIN);
	sequence_store(&sequence, &table, &in, sizeof(in));
	ck_assert_uint_eq(sequence.count % 2, 0);
	ck_assert_int_eq(sequence_load(&sequence, &out, &table, sizeof(out)), 0);
	ck_assert_mem_eq(&in, &out, sizeof(in));
}
END_TEST

START_TEST(count_wraps)
{
	struct datum in = filled(11), out;

	atomic_store(&sequence.count, UINT32_MAX - 1);
	sequence_store(&sequence, &table, &in, sizeof(in));
	ck_assert_uint_eq(sequence.count, 0);
	ck_assert_int_eq(sequence_load(&sequence, &out, &table, sizeof(out)), 0);
}
END_TEST

static void *write_on(void *unused)
{
	(void)unused;
	for (uint64_t round = 1; round <= ROUNDS; round++) {
		struct datum in = filled(round);

		sequence_store(&sequence, &table, &in, sizeof(in));
	}
	atomic_store(&finished, true);
	return NULL;
}

START_TEST(two_threads_never_see_a_torn_copy)
{
	struct datum start = filled(1);
	uint64_t loaded = 0, last = 0;
	pthread_t writer;

	sequence_store(&sequence, &table, &start, sizeof(start));
	ck_assert_int_eq(pthread_create(&writer, NULL, write_on, NULL), 0);
	while (!atomic_load(&finished)) {
		struct datum out;

		if (sequence_load(&sequence, &out, &table, sizeof(out)) < 0)
			continue;
		loaded++;
		if (!whole(&out) || out.word[0] < last)
			ck_abort_msg("torn or old copy after %llu", (unsigned long long)last);
		last = out.word[0];
	}
	ck_assert_int_eq(pthread_join(writer, NULL), 0);
	ck_assert_uint_gt(loaded, 0);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("sequence", &tests);

	tcase_add_test(tests, what_is_stored_is_loaded);
	tcase_add_test(tests, reader_gives_up_on_a_dead_writer);
	tcase_add_test(tests, count_wraps);
	tcase_add_test(tests, two_threads_never_see_a_torn_copy);
	return unit_run(suite);
}
