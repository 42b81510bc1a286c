/*
 * A victim and all who share its memory: how they are held, told and seen to end, with orders to the
 * kernel, with descriptors, and when the one fails and the other has to do.
 *
 * Links: daemon/handler/victim.c, orders.c and pidfd.c. The kernel's side is a double (kernel.h).
 */
#include "handler/victim.h"
#include "kernel.h"

static struct victim victim;
static enum kill_method method;

static void make(void)
{
	kernel_make();
	victim = (struct victim){ 0 };
	method = KILL_METHOD_COUNT;
}

/* The first of the snapshot, for which the others stand. */
static int take(void)
{
	struct snapshot *snapshot = &handler.snapshot;

	for (uint32_t i = 1; i < snapshot->count; i++)
		snapshot->list[i].stands_for = snapshot->list[0].who.pid;
	return victim_take(&handler, &snapshot->list[0], &victim);
}

static int signal_it(int number)
{
	return victim_signal(&handler, &victim, number, &method);
}

static void no_orders(void)
{
	outcomes.kill.state = SOURCE_STATE_ABSENT;
	kernel.present[ROLL_SIGNAL] = false;
}

/* All of its descriptors are given back: one each, and those that were opened in vain. */
static void expect_spent(uint32_t spent)
{
	victim_release(&handler, &victim);
	ck_assert_uint_eq(kernel.spent, spent);
}

START_TEST(one_order_needs_no_descriptor)
{
	process_make(false);
	process_make(false);
	ck_assert_int_eq(take(), 0);
	ck_assert_uint_eq(victim.count, 2);
	ck_assert_int_eq(signal_it(SIGKILL), 0);
	ck_assert_int_eq(method, KILL_METHOD_BPF);
	ck_assert_uint_eq(kernel.runs[ROLL_SIGNAL], 1);
	ck_assert(has_died(0) && has_died(1));
	ck_assert(victim_exited(&handler, &victim));
	expect_spent(0);
}
END_TEST

START_TEST(all_sharers_in_one_run)
{
	for (int i = 0; i < VICTIM_PROCESSES + 3; i++)
		process_make(i % 2);
	ck_assert_int_eq(take(), 0);
	ck_assert_uint_eq(victim.count, VICTIM_PROCESSES);
	ck_assert_int_eq(signal_it(SIGKILL), 0);
	ck_assert_uint_eq(kernel.runs[ROLL_SIGNAL], 1);
	for (uint32_t i = 0; i < kernel.processes; i++)
		ck_assert(has_died(i));
}
END_TEST

/* The end of those without a descriptor is found; until then nobody calls it over. */
START_TEST(waits_for_all)
{
	process_make(false);
	process_make(true);
	ck_assert_int_eq(take(), 0);
	ck_assert(!victim_exited(&handler, &victim));
	kill(kernel.pid[1], SIGKILL);
	ck_assert(has_died(1) && !victim_exited(&handler, &victim));
	kill(kernel.pid[0], SIGKILL);
	ck_assert(has_died(0) && victim_exited(&handler, &victim));
}
END_TEST

START_TEST(the_end_is_seen_without_programs)
{
	process_make(false);
	ck_assert_int_eq(take(), 0);
	kernel.error = -ENOMEM;
	ck_assert(!victim_exited(&handler, &victim));
	kill(kernel.pid[0], SIGKILL);
	ck_assert(has_died(0) && victim_exited(&handler, &victim));
	(void)waitpid(kernel.pid[0], NULL, 0);
	ck_assert(victim_exited(&handler, &victim));
}
END_TEST

START_TEST(descriptors_where_orders_are_not_to_be_had)
{
	no_orders();
	process_make(true);
	process_make(false);
	ck_assert_int_eq(take(), 0);
	ck_assert_uint_eq(victim.count, 2);
	ck_assert_uint_eq(kernel.runs[ROLL_FIND], 1);
	ck_assert_int_eq(signal_it(SIGKILL), 0);
	ck_assert_int_eq(method, KILL_METHOD_PIDFD);
	ck_assert(has_died(0) && has_died(1));
	ck_assert_uint_eq(kernel.runs[ROLL_SIGNAL], 0);
	expect_spent(2);
}
END_TEST

/* Somebody else has the number now. */
START_TEST(opened_and_not_found_is_spared)
{
	no_orders();
	process_make(false)->who.start_nsec++;
	ck_assert_int_eq(take(), -ESRCH);
	ck_assert_uint_eq(victim.count, 0);
	expect_spent(1);
	ck_assert(is_alive(0));
}
END_TEST

START_TEST(a_seat_on_its_way)
{
	process_make(false)->live = 0; /* the sampler alone knows it */
	ck_assert_int_eq(take(), -EAGAIN);
	handler.snapshot.list[0].live = handler.snapshot.list[0].who.pid;
	kernel.present[ROLL_FIND] = kernel.present[ROLL_SIGNAL] = false;
	ck_assert_int_eq(take(), -EAGAIN);
	ck_assert_uint_eq(kernel.spent, 1);
}
END_TEST

START_TEST(a_sharer_that_cannot_be_held_holds_nobody_up)
{
	no_orders();
	process_make(true);
	process_make(false)->who.start_nsec++;
	process_make(false)->live = 0;
	process_make(true);
	ck_assert_int_eq(take(), 0);
	ck_assert_uint_eq(victim.count, 2);
	ck_assert_int_eq(signal_it(SIGKILL), 0);
	ck_assert(has_died(0) && is_alive(1) && is_alive(2) && has_died(3));
}
END_TEST

START_TEST(a_failed_run_falls_back_to_descriptors)
{
	for (int i = 0; i < VICTIM_PROCESSES + 1; i++)
		process_make(true);
	ck_assert_int_eq(take(), 0);
	kernel.error = -ENOMEM;
	ck_assert_int_eq(signal_it(SIGKILL), 0);
	ck_assert_int_eq(method, KILL_METHOD_PIDFD);
	for (uint32_t i = 0; i < kernel.processes; i++)
		ck_assert(has_died(i));
	ck_assert_uint_eq(outcomes.kill.error, ENOMEM);
}
END_TEST

/* One that could do with an order alone is opened in the same call. */
START_TEST(a_refused_order_falls_back_to_descriptors)
{
	process_make(false);
	ck_assert_int_eq(take(), 0);
	kernel.signal_error = -EPERM;
	ck_assert_int_eq(signal_it(SIGKILL), 0);
	ck_assert_int_eq(method, KILL_METHOD_PIDFD);
	ck_assert(has_died(0) && victim_exited(&handler, &victim));
	expect_spent(1);
}
END_TEST

START_TEST(an_early_end_leaves_the_rest_to_descriptors)
{
	process_make(false);
	process_make(true);
	ck_assert_int_eq(take(), 0);
	kernel.stop = 1;
	ck_assert_int_eq(signal_it(SIGKILL), 0);
	ck_assert_int_eq(method, KILL_METHOD_BPF);
	ck_assert(has_died(0) && has_died(1));
}
END_TEST

START_TEST(no_program_and_no_seat_is_for_later)
{
	process_make(false);
	ck_assert_int_eq(take(), 0);
	kernel.error = -ENOMEM;
	ck_assert_int_eq(signal_it(SIGKILL), -EAGAIN);
	ck_assert(is_alive(0));
	expect_spent(1);
}
END_TEST

START_TEST(gone_since_then)
{
	process_make(false);
	ck_assert_int_eq(take(), 0);
	kill(kernel.pid[0], SIGKILL);
	ck_assert(has_died(0));
	ck_assert_int_eq(signal_it(SIGKILL), -ESRCH);
}
END_TEST

/* Other signals are a process's own business, which it may have blocked or handle: as kill(2) sends them. */
START_TEST(other_signals_go_by_descriptor)
{
	process_make(false);
	process_make(true);
	ck_assert_int_eq(take(), 0);
	ck_assert_int_eq(signal_it(SIGUSR1), 0);
	ck_assert_int_eq(method, KILL_METHOD_PIDFD);
	ck_assert_uint_eq(kernel.runs[ROLL_SIGNAL], 0);
	ck_assert(has_died(0) && has_died(1));
	expect_spent(2);
}
END_TEST

START_TEST(facts_know_no_order)
{
	process_make(true)->live = 0;
	ck_assert_int_eq(take(), 0);
	ck_assert_int_eq(signal_it(SIGKILL), 0);
	ck_assert_int_eq(method, KILL_METHOD_PIDFD);
	ck_assert_uint_eq(kernel.runs[ROLL_SIGNAL], 0);
	ck_assert(has_died(0));
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("victim", &tests);

	tcase_add_checked_fixture(tests, make, kernel_clear);
	tcase_add_test(tests, one_order_needs_no_descriptor);
	tcase_add_test(tests, all_sharers_in_one_run);
	tcase_add_test(tests, waits_for_all);
	tcase_add_test(tests, the_end_is_seen_without_programs);
	tcase_add_test(tests, descriptors_where_orders_are_not_to_be_had);
	tcase_add_test(tests, opened_and_not_found_is_spared);
	tcase_add_test(tests, a_seat_on_its_way);
	tcase_add_test(tests, a_sharer_that_cannot_be_held_holds_nobody_up);
	tcase_add_test(tests, a_failed_run_falls_back_to_descriptors);
	tcase_add_test(tests, a_refused_order_falls_back_to_descriptors);
	tcase_add_test(tests, an_early_end_leaves_the_rest_to_descriptors);
	tcase_add_test(tests, no_program_and_no_seat_is_for_later);
	tcase_add_test(tests, gone_since_then);
	tcase_add_test(tests, other_signals_go_by_descriptor);
	tcase_add_test(tests, facts_know_no_order);
	return unit_run(suite);
}
