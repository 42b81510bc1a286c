/* See adopt.h: the thread that takes in and closes. The loop's side is in adopt_use.c. */
#include "handler/adopt.h"

#include <errno.h>
#include <poll.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/hold.h"
#include "base/io.h"
#include "shared/wire.h"

#define ADOPT_WAIT_MSEC 1000 /* how long a spent descriptor may stay open on an idle host */
#define ADOPT_QUIESCE_MSEC 1 /* the loop's turns are shorter than this unless it is not scheduled */

/*
 * Waits until the loop holds nothing it found before. An even turn means it is waiting for events, and
 * whatever it does next it will find the generation cleared.
 */
static void adopt_quiesce(struct adopt *adopt)
{
	const struct timespec pause = { .tv_nsec = ADOPT_QUIESCE_MSEC * (long)NSEC_PER_MSEC };
	uint64_t turn = atomic_load(&adopt->turn);

	while (turn % 2 == 1 && atomic_load(&adopt->turn) == turn)
		(void)nanosleep(&pause, NULL); /* interrupted early is as good */
}

static void close_spent(struct adopt *adopt)
{
	uint32_t index;

	while (ring_peek(&adopt->spent, ADOPT_SPENT, &index)) {
		io_close(&adopt->spent_fd[index]);
		ring_release(&adopt->spent);
	}
}

static void group_empty(struct adopt *adopt, uint32_t slot)
{
	struct group_seat *seat = &adopt->groups[slot];

	if (!atomic_exchange(&seat->generation, 0))
		return;
	adopt_quiesce(adopt);
	for (int i = 0; i < GROUP_FILE_COUNT; i++)
		io_close(&seat->fd[i]);
	for (int i = 0; i < GROUP_MEMBERS; i++) {
		int fd = atomic_exchange(&seat->members[i], -1);

		io_close(&fd);
	}
	atomic_store(&adopt->tables->outcomes->board[slot].held, 0);
}

static void process_empty(struct adopt *adopt, uint32_t index)
{
	struct process_seat *seat = &adopt->processes[index];

	if (!atomic_exchange(&seat->generation, 0))
		return;
	adopt_quiesce(adopt);
	io_close(&seat->pidfd);
	io_close(&seat->adj_fd);
}

/* Moves the descriptor to its place; what is left at the end of a message is closed by the caller. */
static int move_fd(int *from)
{
	int fd = *from;

	*from = -1;
	return fd;
}

/* A place that is still filled keeps what it has: unread is unread. */
static void seat_one_shot(_Atomic int *place, int *fd)
{
	int expected = -1;

	if (*fd >= 0 && atomic_compare_exchange_strong(place, &expected, *fd))
		*fd = -1;
}

static void group_seat_members(struct group_seat *seat, int *fds)
{
	for (int i = 0; i < GROUP_MEMBERS; i++)
		seat_one_shot(&seat->members[i], &fds[i]);
}

static void group_take(struct adopt *adopt, const struct wire *wire, int *fds, size_t count)
{
	struct group_seat *seat = &adopt->groups[wire->slot];
	int members[GROUP_MEMBERS] = { -1, -1, -1, -1 };
	size_t next = 0;

	if (atomic_load(&seat->generation) == wire->generation)
		return; /* sent twice: the supervisor was restarted in between */
	group_empty(adopt, wire->slot);
	for (int file = 0; file < GROUP_FILE_COUNT; file++) {
		if (!(wire->files & (1U << file)) || next == count)
			continue;
		if (file >= GROUP_MEMBERS_FIRST)
			members[file - GROUP_MEMBERS_FIRST] = move_fd(&fds[next++]);
		else
			seat->fd[file] = move_fd(&fds[next++]);
	}
	group_seat_members(seat, members);
	atomic_store(&adopt->tables->outcomes->board[wire->slot].members_read, 0);
	/* seq_cst: the descriptors are in place before the loop can find the generation */
	atomic_store(&seat->generation, wire->generation);
	atomic_store(&adopt->tables->outcomes->board[wire->slot].held, wire->generation);
}

/*
 * @fd: -1 takes the freezer away. An episode that froze through the former one has a descriptor of its
 * own until it thaws.
 */
static void freezer_take(struct adopt *adopt, uint32_t slot, int fd)
{
	int *place = &adopt->groups[slot].fd[GROUP_FREEZER], former = *place;

	/* seq_cst: pairs with adopt_quiesce(), as a generation does */
	__atomic_store_n(place, fd, __ATOMIC_SEQ_CST);
	adopt_quiesce(adopt);
	io_close(&former);
}

/*
 * The former ones serve until the new ones are in place, so that nobody ever finds none. Those of another
 * supervisor's do the same work: it is the same roll.
 */
static void programs_take(struct adopt *adopt, const struct wire *wire, int *fds, size_t count)
{
	struct program_seats *seats = &adopt->programs;
	int former[ROLL_PROGRAM_COUNT];
	size_t next = 0;

	for (int i = 0; i < ROLL_PROGRAM_COUNT; i++) {
		bool sent = wire->files & (1U << i) && next < count;

		/* seq_cst: pairs with adopt_quiesce(), as a generation does */
		former[i] = atomic_exchange(&seats->fd[i], sent ? move_fd(&fds[next++]) : -1);
	}
	atomic_store(&seats->generation, wire->generation);
	adopt_quiesce(adopt);
	for (int i = 0; i < ROLL_PROGRAM_COUNT; i++)
		io_close(&former[i]);
}

/* Those that find no room were sent twice. */
static void iterators_take(struct adopt *adopt, int *fds, size_t count)
{
	size_t next = 0;

	for (int i = 0; i < WIRE_ITERATORS_MAX && next < count; i++) {
		seat_one_shot(&adopt->programs.iterators[i], &fds[next]);
		next += fds[next] < 0;
	}
}

static void processes_take(struct adopt *adopt, const struct wire *wire, int *fds, size_t count)
{
	for (uint32_t i = 0; i < wire->process_count && 2 * i + 1 < count; i++) {
		uint32_t index = wire->process[i].index;
		struct process_seat *seat;

		if (index >= FACTS_PROCESSES)
			continue;
		process_empty(adopt, index);
		seat = &adopt->processes[index];
		seat->pidfd = move_fd(&fds[2 * i]);
		seat->adj_fd = move_fd(&fds[2 * i + 1]);
		atomic_store(&seat->generation, wire->process[i].generation);
	}
}

static void processes_drop(struct adopt *adopt, const struct wire *wire)
{
	for (uint32_t i = 0; i < wire->process_count; i++) {
		uint32_t index = wire->process[i].index;

		if (index < FACTS_PROCESSES &&
		    adopt_process(adopt, index, wire->process[i].generation))
			process_empty(adopt, index);
	}
}

static void message_take(struct adopt *adopt, const struct wire *wire, int *fds, size_t count)
{
	if (wire->receiver_generation != adopt->handler_generation || wire->slot >= ROSTER_SLOTS)
		return;
	switch ((enum wire_kind)wire->kind) {
	case WIRE_GROUP:
		group_take(adopt, wire, fds, count);
		break;
	case WIRE_GROUP_MEMBERS:
		if (adopt_group(adopt, wire->slot, wire->generation) && count == GROUP_MEMBERS)
			group_seat_members(&adopt->groups[wire->slot], fds);
		break;
	case WIRE_GROUP_GONE:
		if (adopt_group(adopt, wire->slot, wire->generation))
			group_empty(adopt, wire->slot);
		break;
	case WIRE_GROUP_FREEZER:
		if (adopt_group(adopt, wire->slot, wire->generation))
			freezer_take(adopt, wire->slot, count ? move_fd(&fds[0]) : -1);
		break;
	case WIRE_PROCESSES:
		processes_take(adopt, wire, fds, count);
		break;
	case WIRE_PROCESSES_GONE:
		processes_drop(adopt, wire);
		break;
	case WIRE_PROGRAMS:
		programs_take(adopt, wire, fds, count);
		break;
	case WIRE_ITERATORS:
		iterators_take(adopt, fds, count);
		break;
	case WIRE_KIND_COUNT:
		break;
	}
}

/* Worth a sweep? Processes come and go by the hundred, and an episode looks for itself. */
static bool is_news(const struct wire *wire)
{
	return wire->kind == WIRE_GROUP || wire->kind == WIRE_GROUP_GONE ||
	       wire->kind == WIRE_PROGRAMS || wire->kind == WIRE_ITERATORS;
}

static void *adopt_run(void *argument)
{
	struct adopt *adopt = argument;
	struct pollfd socket = { .fd = INHERIT_HANDLER_SOCKET, .events = POLLIN };

	(void)prctl(PR_SET_NAME, "oom-adopt"); /* a label for people, nothing depends on it */
	for (;;) {
		struct wire wire;
		int fds[WIRE_FDS];
		size_t count = 0;
		int ret;

		(void)poll(&socket, 1, ADOPT_WAIT_MSEC); /* whatever it says, look */
		close_spent(adopt);
		ret = wire_receive(INHERIT_HANDLER_SOCKET, &wire, fds, &count);
		if (ret < 0)
			continue;
		message_take(adopt, &wire, fds, count);
		if (is_news(&wire))
			atomic_fetch_add(&adopt->changes, 1);
		for (size_t i = 0; i < count; i++)
			io_close(&fds[i]);
		(void)io_signal_event(INHERIT_WAKE_HANDLER); /* eventfds of ours do not fail */
		(void)io_signal_event(INHERIT_WAKE_SUPERVISOR);
	}
	return NULL;
}

int adopt_start(struct adopt *adopt, const struct tables *tables, uint32_t handler_generation)
{
	adopt->tables = tables;
	adopt->handler_generation = handler_generation;
	for (int slot = 0; slot < ROSTER_SLOTS; slot++) {
		for (int i = 0; i < GROUP_FILE_COUNT; i++)
			adopt->groups[slot].fd[i] = -1;
		for (int i = 0; i < GROUP_MEMBERS; i++)
			atomic_store(&adopt->groups[slot].members[i], -1);
		atomic_store(&tables->outcomes->board[slot].held, 0);
	}
	for (int i = 0; i < ROLL_PROGRAM_COUNT; i++)
		atomic_store(&adopt->programs.fd[i], -1);
	for (int i = 0; i < WIRE_ITERATORS_MAX; i++)
		atomic_store(&adopt->programs.iterators[i], -1);
	for (int i = 0; i < FACTS_PROCESSES; i++) {
		adopt->processes[i].pidfd = -1;
		adopt->processes[i].adj_fd = -1;
	}
	return -pthread_create(&adopt->thread, NULL, adopt_run, adopt);
}
