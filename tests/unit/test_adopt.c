/*
 * Programs of the kernel as they arrive: exchanged without a moment in which there is none, closed when
 * the loop is through with them; and the one-shot descriptors, each of which is given out once.
 *
 * Links: daemon/handler/adopt.c, adopt_use.c, daemon/shared/wire.c, daemon/base/io.c.
 */
#include "handler/adopt.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "unit.h"

#define GENERATION 4

static struct adopt adopt;
static struct outcomes outcomes;
static const struct tables tables = { .outcomes = &outcomes };
static int sender;

static void setup(void)
{
	int pair[2], null = open("/dev/null", O_RDWR);

	/* The numbers the thread's wakes go to must not be files of the test. */
	for (int fd = INHERIT_ROSTER; fd < INHERIT_END; fd++)
		ck_assert_int_eq(dup2(null, fd), fd);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	ck_assert_int_eq(dup2(pair[0], INHERIT_HANDLER_SOCKET), INHERIT_HANDLER_SOCKET);
	sender = pair[1];
	ck_assert_int_eq(adopt_start(&adopt, &tables, GENERATION), 0);
}

static void programs_send(uint32_t generation, uint32_t files)
{
	const struct wire wire = { .kind = WIRE_PROGRAMS,
				   .receiver_generation = GENERATION,
				   .generation = generation,
				   .files = files };
	int fds[ROLL_PROGRAM_COUNT];
	size_t count = 0;

	for (int i = 0; i < ROLL_PROGRAM_COUNT; i++)
		if (files & (1U << i))
			fds[count++] = unit_file("");
	ck_assert_int_eq(wire_send(sender, &wire, fds, count), 0);
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
}

/* So many messages have been taken in, to the last descriptor that was closed for them. */
static bool taken(uint32_t messages)
{
	for (int i = 0; i < 1000 && atomic_load(&adopt.changes) != messages; i++)
		usleep(1000);
	return atomic_load(&adopt.changes) == messages;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

START_TEST(programs_are_there_as_far_as_they_were_sent)
{
	ck_assert_int_eq(adopt_program(&adopt, ROLL_CALL), -ENOENT);
	programs_send(1, 1U << ROLL_CALL | 1U << ROLL_SIGNAL);
	ck_assert(taken(1));
	ck_assert(is_open(adopt_program(&adopt, ROLL_CALL)));
	ck_assert_int_eq(adopt_program(&adopt, ROLL_FIND), -ENOENT);
	ck_assert(is_open(adopt_program(&adopt, ROLL_SIGNAL)));
	ck_assert_int_ne(adopt_program(&adopt, ROLL_CALL), adopt_program(&adopt, ROLL_SIGNAL));
}
END_TEST

START_TEST(former_ones_outlive_the_turn)
{
	int former;

	programs_send(1, 1U << ROLL_CALL);
	ck_assert(taken(1));
	adopt_enter(&adopt);
	former = adopt_program(&adopt, ROLL_CALL);
	programs_send(2, 1U << ROLL_CALL);
	for (int i = 0; i < 1000 && adopt_program(&adopt, ROLL_CALL) == former; i++)
		usleep(1000);
	ck_assert_int_ge(adopt_program(&adopt, ROLL_CALL), 0);
	ck_assert_int_ne(adopt_program(&adopt, ROLL_CALL), former);
	usleep(20000); /* as long as it likes */
	ck_assert(is_open(former));
	ck_assert_uint_eq(atomic_load(&adopt.changes), 1);
	adopt_leave(&adopt);
	ck_assert(taken(2));
	ck_assert(!is_open(former));
}
END_TEST

static bool iterators_send(size_t count)
{
	const struct wire wire = { .kind = WIRE_ITERATORS, .receiver_generation = GENERATION };
	uint32_t changes = atomic_load(&adopt.changes);
	int fds[WIRE_ITERATORS_MAX];

	for (size_t i = 0; i < count; i++)
		fds[i] = unit_file("");
	ck_assert_int_eq(wire_send(sender, &wire, fds, count), 0);
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
	for (int i = 0; i < 1000 && atomic_load(&adopt.changes) == changes; i++)
		usleep(1000);
	return atomic_load(&adopt.changes) != changes;
}

START_TEST(iterators_are_given_out_once)
{
	int taken[WIRE_ITERATORS_MAX];

	ck_assert(!adopt_has_iterator(&adopt));
	ck_assert(iterators_send(3));
	ck_assert(iterators_send(3)); /* behind the others */
	ck_assert(iterators_send(3)); /* one more than there is room for */
	for (int i = 0; i < WIRE_ITERATORS_MAX; i++) {
		ck_assert(adopt_has_iterator(&adopt));
		taken[i] = adopt_take_iterator(&adopt);
		ck_assert(is_open(taken[i]));
		for (int before = 0; before < i; before++)
			ck_assert_int_ne(taken[i], taken[before]);
	}
	ck_assert(!adopt_has_iterator(&adopt));
	ck_assert_int_eq(adopt_take_iterator(&adopt), -ENFILE);
	ck_assert_uint_eq(atomic_load(&outcomes.iterators_read), WIRE_ITERATORS_MAX);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("adopt", &tests);

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, programs_are_there_as_far_as_they_were_sent);
	tcase_add_test(tests, former_ones_outlive_the_turn);
	tcase_add_test(tests, iterators_are_given_out_once);
	return unit_run_forked(suite);
}
