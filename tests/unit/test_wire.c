/*
 * Messages with descriptors over real socketpairs: whole ones arrive, cut and foreign ones are refused
 * and leave no descriptor behind. Linked with shared/wire.c and base/io.c.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "shared/wire.h"
#include "unit/unit.h"

static int ends[2];

static void pair_make(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
}

static void pair_done(void)
{
	close(ends[0]);
	close(ends[1]);
}

static int descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	ck_assert_ptr_nonnull(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

/* Any bytes, with any number of descriptors: what wire_send() would never send. */
static void send_raw(const void *bytes, size_t length, const int *fds, size_t count)
{
	char control[CMSG_SPACE(253 * sizeof(int))] __attribute__((aligned(8))) = { 0 };
	struct iovec payload = { .iov_base = (void *)bytes, .iov_len = length };
	struct msghdr message = { .msg_iov = &payload, .msg_iovlen = 1 };

	if (count > 0) {
		struct cmsghdr *header = (struct cmsghdr *)control;

		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(header), fds, count * sizeof(int));
		message.msg_control = control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
	}
	ck_assert_int_ge(sendmsg(ends[0], &message, 0), 0);
}

static bool same_file(int one, int other)
{
	struct stat a, b;

	ck_assert_int_eq(fstat(one, &a), 0);
	ck_assert_int_eq(fstat(other, &b), 0);
	return a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static const size_t counts[] = { 0, 1, GROUP_FILE_COUNT, WIRE_FDS };

START_TEST(arrives_whole_and_close_on_exec)
{
	size_t count = counts[_i], got = 999;
	int files[2] = { unit_file("a"), unit_file("b") }, fds[WIRE_FDS], out[WIRE_FDS];
	struct wire in = { .kind = WIRE_PROCESSES, .slot = 4095, .generation = 7 }, arrived;

	in.process_count = WIRE_PROCESSES_MAX;
	in.process[WIRE_PROCESSES_MAX - 1].generation = 42;
	for (size_t i = 0; i < count; i++)
		fds[i] = files[i % 2];
	ck_assert_int_eq(wire_send(ends[0], &in, fds, count), 0);
	ck_assert_int_eq(wire_receive(ends[1], &arrived, out, &got), 0);
	ck_assert_uint_eq(got, count);
	ck_assert_mem_eq(&in, &arrived, sizeof(in));
	for (size_t i = 0; i < got; i++) {
		ck_assert(same_file(out[i], files[i % 2]));
		ck_assert_int_eq(fcntl(out[i], F_GETFD), FD_CLOEXEC);
		close(out[i]);
	}
}
END_TEST

/* A freezer comes with its descriptor and goes without one. */
START_TEST(freezer_comes_and_goes)
{
	const struct wire comes = { .kind = WIRE_GROUP_FREEZER,
				    .slot = 3,
				    .generation = 7,
				    .files = 1U << GROUP_FREEZER },
			  goes = { .kind = WIRE_GROUP_FREEZER, .slot = 3, .generation = 7 };
	int file = unit_file("THAWED\n"), out[WIRE_FDS];
	size_t got = 999;
	struct wire arrived;

	ck_assert_int_eq(wire_send(ends[0], &comes, &file, 1), 0);
	ck_assert_int_eq(wire_send(ends[0], &goes, NULL, 0), 0);
	ck_assert_int_eq(wire_receive(ends[1], &arrived, out, &got), 0);
	ck_assert_mem_eq(&comes, &arrived, sizeof(comes));
	ck_assert_uint_eq(got, 1);
	ck_assert(same_file(out[0], file));
	close(out[0]);
	ck_assert_int_eq(wire_receive(ends[1], &arrived, out, &got), 0);
	ck_assert_mem_eq(&goes, &arrived, sizeof(goes));
	ck_assert_uint_eq(got, 0);
}
END_TEST

START_TEST(nothing_to_read_is_named)
{
	int out[WIRE_FDS];
	size_t got = 999;
	struct wire arrived;

	ck_assert_int_eq(wire_receive(ends[1], &arrived, out, &got), -EAGAIN);
	ck_assert_uint_eq(got, 999);
}
END_TEST

START_TEST(full_socket_never_waits)
{
	struct wire in = { .kind = WIRE_GROUP_GONE };
	int ret = 0, sent = 0;

	while (ret == 0 && sent++ < 100000)
		ret = wire_send(ends[0], &in, NULL, 0);
	ck_assert_int_eq(ret, -EAGAIN);
}
END_TEST

START_TEST(too_many_descriptors_are_not_sent)
{
	struct wire in = { .kind = WIRE_GROUP };
	int fds[WIRE_FDS + 1] = { 0 };

	ck_assert_int_eq(wire_send(ends[0], &in, fds, WIRE_FDS + 1), -E2BIG);
}
END_TEST

/* Receives one message that must be refused, and counts what is left open. */
static void refuse(void)
{
	int out[WIRE_FDS], before = descriptors();
	size_t got = 999;
	struct wire arrived;

	ck_assert_int_eq(wire_receive(ends[1], &arrived, out, &got), -EPROTO);
	ck_assert_uint_eq(got, 999);
	ck_assert_int_eq(descriptors(), before);
}

START_TEST(cut_message_is_refused_at_every_length)
{
	static const struct wire in = { .kind = WIRE_GROUP };
	int fds[3] = { unit_file("a"), unit_file("b"), unit_file("c") };

	for (size_t length = 1; length < sizeof(in); length++) {
		send_raw(&in, length, fds, 3);
		refuse();
	}
}
END_TEST

START_TEST(longer_message_is_refused)
{
	struct {
		struct wire wire;
		char more;
	} in = { .wire = { .kind = WIRE_GROUP } };
	int fds[2] = { unit_file("a"), unit_file("b") };

	send_raw(&in, sizeof(in), fds, 2);
	refuse();
}
END_TEST

START_TEST(foreign_message_is_refused)
{
	struct wire kind = { .kind = WIRE_KIND_COUNT },
		    count = { .kind = WIRE_PROCESSES, .process_count = WIRE_PROCESSES_MAX + 1 };
	int fd = unit_file("a");

	send_raw(&kind, sizeof(kind), &fd, 1);
	refuse();
	send_raw(&count, sizeof(count), &fd, 1);
	refuse();
}
END_TEST

START_TEST(more_descriptors_than_room_are_refused)
{
	static const struct wire in = { .kind = WIRE_GROUP };
	int fds[WIRE_FDS + 1], fd = unit_file("a");

	for (int i = 0; i < UNIT_COUNT(fds); i++)
		fds[i] = fd;
	send_raw(&in, sizeof(in), fds, WIRE_FDS + 1);
	refuse();
}
END_TEST

/* A peer that is gone reads as an empty message: an error, not a busy loop of successes. */
START_TEST(dead_peer_is_an_error)
{
	int out[WIRE_FDS];
	size_t got;
	struct wire in = { .kind = WIRE_GROUP_GONE }, arrived;

	close(ends[0]);
	ck_assert_int_lt(wire_receive(ends[1], &arrived, out, &got), 0);
	ck_assert_int_eq(wire_send(ends[1], &in, NULL, 0), -EPIPE);
	ends[0] = -1;
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("wire", &tests);

	tcase_add_checked_fixture(tests, pair_make, pair_done);
	tcase_add_loop_test(tests, arrives_whole_and_close_on_exec, 0, UNIT_COUNT(counts));
	tcase_add_test(tests, freezer_comes_and_goes);
	tcase_add_test(tests, nothing_to_read_is_named);
	tcase_add_test(tests, full_socket_never_waits);
	tcase_add_test(tests, too_many_descriptors_are_not_sent);
	tcase_add_test(tests, cut_message_is_refused_at_every_length);
	tcase_add_test(tests, longer_message_is_refused);
	tcase_add_test(tests, foreign_message_is_refused);
	tcase_add_test(tests, more_descriptors_than_room_are_refused);
	tcase_add_test(tests, dead_peer_is_an_error);
	return unit_run(suite);
}
