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
	return candidate->index == CANDIDATE_UNKNOWN
		       ? NULL
		       : adopt_process(&handler->adopt, candidate->index, candidate->generation);
}

static int add(const struct handler *handler, const struct candidate *candidate,
	       struct victim *victim)
{
	const struct process_seat *seat = seat_of(handler, candidate);
	int pidfd;

	if (!seat)
		return -EAGAIN;
	pidfd = fcntl(seat->pidfd, F_DUPFD_CLOEXEC, 0);
	if (pidfd < 0)
		return -errno;
	victim->pidfd[victim->count++] = pidfd;
	return 0;
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
	struct victim victim = { .pid = candidate->who.pid };
	int ret = add(handler, candidate, &victim);

	for (uint32_t i = next_sharer(snapshot, 0, victim.pid);
	     ret == 0 && i < snapshot->count && victim.count < VICTIM_PROCESSES;
	     i = next_sharer(snapshot, i + 1, victim.pid)) {
		ret = add(handler, &snapshot->list[i], &victim);
		if (ret == -EAGAIN)
			ret = 0; /* one newcomer must not hold up the end of all the others */
	}
	if (ret < 0) {
		victim_release(handler, &victim);
		return ret;
	}
	*ret_victim = victim;
	return 0;
}

/*
 * Those for which the victim had no room any more. What they answer changes nothing. SIGKILL goes to all,
 * because twice does no harm, and a later snapshot may no longer list who has room.
 */
static void signal_others(const struct handler *handler, const struct victim *victim,
			  int signal_number)
{
	const struct snapshot *snapshot = &handler->snapshot;
	uint32_t skip = signal_number == SIGKILL ? 0 : victim->count - 1;

	for (uint32_t i = next_sharer(snapshot, 0, victim->pid); i < snapshot->count;
	     i = next_sharer(snapshot, i + 1, victim->pid)) {
		const struct process_seat *seat = seat_of(handler, &snapshot->list[i]);

		if (!seat)
			continue;
		if (skip > 0)
			skip--;
		else
			(void)pidfd_signal(seat->pidfd, signal_number);
	}
}

int victim_signal(const struct handler *handler, const struct victim *victim, int signal_number)
{
	int ret = pidfd_signal(victim->pidfd[0], signal_number);

	/* One that has exited by itself does not save the others: the memory is theirs as well. */
	for (uint32_t i = 1; i < victim->count; i++)
		(void)pidfd_signal(victim->pidfd[i], signal_number);
	if (victim->count == VICTIM_PROCESSES)
		signal_others(handler, victim, signal_number);
	return ret;
}

bool victim_exited(const struct victim *victim)
{
	for (uint32_t i = 0; i < victim->count; i++) {
		struct pollfd exit = { .fd = victim->pidfd[i], .events = POLLIN };

		/* Not signal 0: a zombie nobody has reaped still takes that, though its memory is free. */
		if (poll(&exit, 1, 0) <= 0)
			return false;
	}
	return true;
}

void victim_release(struct handler *handler, struct victim *victim)
{
	for (uint32_t i = 0; i < victim->count; i++)
		adopt_spend(&handler->adopt, victim->pidfd[i]);
	*victim = (struct victim){ 0 };
}
