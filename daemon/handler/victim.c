/* See victim.h. */
#include "handler/victim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include "handler/handler.h"
#include "handler/pidfd.h"

/* The seat of a process of the snapshot, or NULL. Valid for this turn of the loop. */
static const struct process_seat *seat_of(const struct handler *handler,
					  const struct candidate *candidate)
{
	return candidate->index == CANDIDATE_NO_SEAT
		       ? NULL
		       : adopt_process(&handler->adopt, candidate->index, candidate->generation);
}

/*
 * By its number: whoever has that now. If the process is still there after the descriptor was opened it
 * is the one, because while it lives nobody else can have its number.
 */
static int open_found(struct handler *handler, struct order order)
{
	int pidfd = pidfd_of(order.pid), ret;

	if (pidfd < 0)
		return pidfd;
	ret = order_find(handler, order);
	if (ret == 0)
		return pidfd;
	adopt_spend(&handler->adopt, pidfd);
	return ret == -ESRCH ? -ESRCH : -EAGAIN;
}

/* @ret_pidfd: -1 where an order will do. */
static int open_candidate(struct handler *handler, const struct candidate *candidate,
			  int *ret_pidfd)
{
	const struct process_seat *seat = seat_of(handler, candidate);
	int pidfd = -1;

	if (seat) {
		pidfd = fcntl(seat->pidfd, F_DUPFD_CLOEXEC, 0);
		if (pidfd < 0)
			return -errno;
	} else if (!candidate->live) {
		return -EAGAIN;
	} else if (!orders_are_usable(handler)) {
		pidfd = open_found(handler, order_of(candidate));
		if (pidfd < 0)
			return pidfd;
	}
	*ret_pidfd = pidfd;
	return 0;
}

static int add(struct handler *handler, const struct candidate *candidate, struct victim *victim)
{
	struct victim_process process = { .order = order_of(candidate) };
	int ret = open_candidate(handler, candidate, &process.pidfd);

	if (ret == 0)
		victim->process[victim->count++] = process;
	return ret;
}

/* The next process from @at on that shares the memory of @pid; snapshot->count when there is no more. */
static uint32_t next_sharer(const struct snapshot *snapshot, uint32_t at, uint32_t pid)
{
	while (at < snapshot->count && snapshot->list[at].stands_for != pid)
		at++;
	return at;
}

int victim_take(struct handler *handler, const struct candidate *candidate,
		struct victim *ret_victim)
{
	const struct snapshot *snapshot = &handler->snapshot;
	uint32_t pid = candidate->who.pid;
	struct victim victim = { 0 };
	int ret = add(handler, candidate, &victim);

	for (uint32_t i = next_sharer(snapshot, 0, pid);
	     ret == 0 && i < snapshot->count && victim.count < VICTIM_PROCESSES;
	     i = next_sharer(snapshot, i + 1, pid)) {
		ret = add(handler, &snapshot->list[i], &victim);
		if (ret == -EAGAIN || ret == -ESRCH)
			ret = 0; /* one that comes or goes must not hold up the end of all the others */
	}
	if (ret < 0) {
		victim_release(handler, &victim);
		return ret;
	}
	*ret_victim = victim;
	return 0;
}

/* The chosen one and all who share its memory, of then and of now: twice does no harm. */
static void give_orders(struct handler *handler, const struct victim *victim)
{
	const struct snapshot *snapshot = &handler->snapshot;
	uint32_t pid = victim->process[0].order.pid;

	orders_begin(handler);
	for (uint32_t i = 0; i < victim->count; i++)
		(void)orders_add(handler, victim->process[i].order); /* there is room for these */
	for (uint32_t i = next_sharer(snapshot, 0, pid); i < snapshot->count;
	     i = next_sharer(snapshot, i + 1, pid))
		/* A full list: the next choice finds who is left. */
		(void)orders_add(handler, order_of(&snapshot->list[i]));
}

/*
 * @reached: of those that are held, whom the orders did.
 * Return:   whether nobody is left to be told by descriptor.
 */
static bool signal_by_order(struct handler *handler, const struct victim *victim,
			    bool reached[static VICTIM_PROCESSES])
{
	bool all;

	if (!victim->process[0].order.live || !orders_are_usable(handler))
		return false;
	give_orders(handler, victim);
	all = orders_signal(handler, SIGKILL) == 0;
	for (uint32_t i = 0; i < handler->tables.roll->orders; i++) {
		if (i < victim->count)
			reached[i] = orders_error(handler, i) == 0;
		all = all && orders_error(handler, i) == 0;
	}
	return all;
}

/* One that is held; opened now where an order was to do and did not. */
static int signal_held(struct handler *handler, struct victim_process *process, int signal_number)
{
	if (process->pidfd < 0) {
		int pidfd = open_found(handler, process->order);

		if (pidfd < 0)
			return pidfd;
		process->pidfd = pidfd;
	}
	return pidfd_signal(process->pidfd, signal_number);
}

static bool is_held(const struct victim *victim, const struct candidate *candidate)
{
	for (uint32_t i = 0; i < victim->count; i++)
		if (victim->process[i].order.pid == candidate->who.pid)
			return true;
	return false;
}

/* Those for which the victim had no room any more. What they answer changes nothing. */
static void signal_others(const struct handler *handler, const struct victim *victim,
			  int signal_number)
{
	const struct snapshot *snapshot = &handler->snapshot;
	uint32_t pid = victim->process[0].order.pid;

	for (uint32_t i = next_sharer(snapshot, 0, pid); i < snapshot->count;
	     i = next_sharer(snapshot, i + 1, pid)) {
		const struct process_seat *seat = seat_of(handler, &snapshot->list[i]);

		if (seat && !is_held(victim, &snapshot->list[i]))
			(void)pidfd_signal(seat->pidfd, signal_number);
	}
}

int victim_signal(struct handler *handler, struct victim *victim, int signal_number,
		  enum kill_method *ret_method)
{
	bool reached[VICTIM_PROCESSES] = { false };
	int ret = 0;

	if (signal_number == SIGKILL && signal_by_order(handler, victim, reached)) {
		*ret_method = KILL_METHOD_BPF;
		return 0;
	}
	*ret_method = reached[0] ? KILL_METHOD_BPF : KILL_METHOD_PIDFD;
	/* One that has exited by itself does not save the others: the memory is theirs as well. */
	for (uint32_t i = 0; i < victim->count; i++) {
		int error =
			reached[i] ? 0 : signal_held(handler, &victim->process[i], signal_number);

		if (i == 0)
			ret = error;
	}
	if (victim->count == VICTIM_PROCESSES)
		signal_others(handler, victim, signal_number);
	return ret;
}

static bool has_exited(int pidfd)
{
	struct pollfd exit = { .fd = pidfd, .events = POLLIN };

	/* Not signal 0: a zombie nobody has reaped still takes that, though its memory is free. */
	return poll(&exit, 1, 0) > 0;
}

/* Where no program says who is there: whoever has the number now, alive, may be the one. */
static bool number_is_dead(struct handler *handler, uint32_t pid)
{
	int pidfd = pidfd_of(pid);
	bool dead;

	if (pidfd < 0)
		return pidfd == -ESRCH;
	dead = has_exited(pidfd);
	adopt_spend(&handler->adopt, pidfd);
	return dead;
}

static bool is_gone(struct handler *handler, const struct victim_process *process)
{
	int ret;

	if (process->pidfd >= 0)
		return has_exited(process->pidfd);
	ret = order_find(handler, process->order);
	return ret == -ESRCH || (ret < 0 && number_is_dead(handler, process->order.pid));
}

bool victim_exited(struct handler *handler, const struct victim *victim)
{
	for (uint32_t i = 0; i < victim->count; i++)
		if (!is_gone(handler, &victim->process[i]))
			return false;
	return true;
}

void victim_release(struct handler *handler, struct victim *victim)
{
	for (uint32_t i = 0; i < victim->count; i++)
		if (victim->process[i].pidfd >= 0)
			adopt_spend(&handler->adopt, victim->process[i].pidfd);
	*victim = (struct victim){ 0 };
}
