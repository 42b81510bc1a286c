/*
 * Orders: one run for all, and what became of each, also where the run failed or ended early.
 *
 * Links: daemon/handler/orders.c. The kernel's side is a double (kernel.h).
 */
#include "kernel.h"

static void add_all(void)
{
	orders_begin(&handler);
	for (uint32_t i = 0; i < handler.snapshot.count; i++)
		ck_assert_int_eq(orders_add(&handler, order_of(&handler.snapshot.list[i])), (int)i);
}

START_TEST(one_run_for_all)
{
	process_make(false);
	process_make(false);
	add_all();
	ck_assert_int_eq(orders_signal(&handler, SIGKILL), 0);
	ck_assert_uint_eq(kernel.runs[ROLL_SIGNAL], 1);
	ck_assert_int_eq(orders_error(&handler, 0), 0);
	ck_assert_int_eq(orders_error(&handler, 1), 0);
	ck_assert(has_died(0) && has_died(1));
	ck_assert_uint_eq(outcomes.kill.uses, 1);
	ck_assert_uint_eq(outcomes.kill.failures, 0);
}
END_TEST

/* The number is right, and whoever has it now is spared. */
START_TEST(another_start_is_another_process)
{
	process_make(false)->who.start_nsec++;
	add_all();
	ck_assert_int_eq(orders_signal(&handler, SIGKILL), 0);
	ck_assert_int_eq(orders_error(&handler, 0), -ESRCH);
	ck_assert(is_alive(0));
}
END_TEST

START_TEST(finding_signals_nobody)
{
	struct order order = order_of(process_make(false));

	ck_assert_int_eq(order_find(&handler, order), 0);
	ck_assert(is_alive(0));
	ck_assert_uint_eq(kernel.runs[ROLL_SIGNAL], 0);
	kill(kernel.pid[0], SIGKILL);
	ck_assert(has_died(0));
	ck_assert_int_eq(order_find(&handler, order), -ESRCH);
	ck_assert_uint_eq(outcomes.kill.uses, 0);
}
END_TEST

START_TEST(an_early_end_is_an_error_of_the_rest)
{
	process_make(false);
	process_make(false);
	process_make(false);
	kernel.stop = 1;
	add_all();
	ck_assert_int_eq(orders_signal(&handler, SIGKILL), -ECANCELED);
	ck_assert_int_eq(orders_error(&handler, 0), 0);
	ck_assert_int_eq(orders_error(&handler, 1), -ECANCELED);
	ck_assert_int_eq(orders_error(&handler, 2), -ECANCELED);
	ck_assert(has_died(0) && is_alive(1) && is_alive(2));
	ck_assert_uint_eq(outcomes.kill.error, ECANCELED);
	ck_assert(!orders_are_usable(&handler));
}
END_TEST

START_TEST(a_run_that_fails_carries_out_nothing)
{
	process_make(false);
	add_all();
	roll.carried_out = 1; /* of the list before */
	kernel.error = -ENOMEM;
	ck_assert_int_eq(orders_signal(&handler, SIGKILL), -ENOMEM);
	ck_assert_int_eq(orders_error(&handler, 0), -ECANCELED);
	ck_assert_uint_eq(outcomes.kill.error, ENOMEM);
}
END_TEST

/* Whose end could not be seen is not to be signalled this way either. */
START_TEST(finding_that_fails_is_noted_too)
{
	struct order order = order_of(process_make(false));

	kernel.error = -ENOMEM;
	ck_assert_int_eq(order_find(&handler, order), -ECANCELED);
	ck_assert_uint_eq(outcomes.kill.state, SOURCE_STATE_FAILED);
	/* It says nothing new of what has failed, nor of what is not there. */
	outcomes.kill.state = SOURCE_STATE_ABSENT;
	ck_assert_int_eq(order_find(&handler, order), -ECANCELED);
	ck_assert_uint_eq(outcomes.kill.state, SOURCE_STATE_ABSENT);
}
END_TEST

START_TEST(without_its_program_nothing_is_noted)
{
	process_make(false);
	add_all();
	kernel.present[ROLL_SIGNAL] = false;
	ck_assert(!orders_are_usable(&handler));
	ck_assert_int_eq(orders_signal(&handler, SIGKILL), -ENOENT);
	ck_assert_int_eq(orders_error(&handler, 0), -ECANCELED);
	ck_assert_uint_eq(outcomes.kill.uses, 0);
	kernel.present[ROLL_SIGNAL] = true;
	ck_assert(orders_are_usable(&handler));
	kernel.present[ROLL_FIND] = false;
	ck_assert(!orders_are_usable(&handler));
}
END_TEST

START_TEST(a_full_list)
{
	const struct order order = { .pid = 1, .live = 1 };

	orders_begin(&handler);
	for (int i = 0; i < ROLL_TASKS; i++)
		ck_assert_int_eq(orders_add(&handler, order), i);
	ck_assert_int_eq(orders_add(&handler, order), -ENOBUFS);
	ck_assert_int_eq(orders_find(&handler), 0);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("orders", &tests);

	tcase_add_checked_fixture(tests, kernel_make, kernel_clear);
	tcase_add_test(tests, one_run_for_all);
	tcase_add_test(tests, another_start_is_another_process);
	tcase_add_test(tests, finding_signals_nobody);
	tcase_add_test(tests, an_early_end_is_an_error_of_the_rest);
	tcase_add_test(tests, a_run_that_fails_carries_out_nothing);
	tcase_add_test(tests, finding_that_fails_is_noted_too);
	tcase_add_test(tests, without_its_program_nothing_is_noted);
	tcase_add_test(tests, a_full_list);
	return unit_run(suite);
}
