/*
 * Step `kill`: SIGKILL to the first of the ranking, wait for its death, then the next one if the group
 * stays full or the first does not die in time. The wait is a look every few milliseconds:
 * at SCHED_FIFO the victim needs the processor more than we do.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/hold.h"
#include "handler/action.h"
#include "handler/decision.h"
#include "handler/record.h"

#define KILL_LOOK_MSEC 2
#define KILL_SEAT_WAITS 25
/* Between a victim's exit and the next choice: its pages may still be on their way back. */
#define KILL_AFTERMATH_MSEC 20

static void look_again(struct handler *handler, struct episode *episode, uint64_t msec)
{
	episode->due = nsec_after(handler->now, nsec_from_msec(msec));
}

static int pidfd_signal(int pidfd, int signal_number)
{
	return syscall(SYS_pidfd_send_signal, pidfd, signal_number, NULL, 0) < 0 ? -errno : 0;
}

/* Return: a pidfd of our own, or -ESRCH when the process has gone since the facts were read. */
static int victim_open(const struct handler *handler, const struct candidate *candidate)
{
	const struct process_seat *seat =
		adopt_process(&handler->adopt, candidate->index, candidate->generation);
	int pidfd = seat ? fcntl(seat->pidfd, F_DUPFD_CLOEXEC, 0) : -1;

	return pidfd < 0 ? -ESRCH : pidfd;
}

static void victim_release(struct handler *handler, struct victim *victim)
{
	if (victim->pidfd >= 0)
		adopt_spend(&handler->adopt, victim->pidfd);
	*victim = (struct victim){ .pidfd = -1 };
}

/* The next choice needs to know who is left, not who was there before. */
static void choose_again(struct handler *handler, struct episode *episode)
{
	snapshot_request(handler, episode->slot);
	look_again(handler, episode, KILL_AFTERMATH_MSEC);
}

static void remember(struct episode *episode, uint32_t pid)
{
	if (episode->tried_count < EPISODE_TRIED)
		episode->tried[episode->tried_count++] = pid;
}

static void kill_candidate(struct handler *handler, struct episode *episode,
			   const struct candidate *candidate, struct nsec timeout)
{
	int pidfd = victim_open(handler, candidate);
	int ret = pidfd < 0 ? pidfd : 0;

	remember(episode, candidate->who.pid);
	HOLD(HOLD_KILL_BEFORE_SIGNAL);
	if (ret == 0)
		ret = pidfd_signal(pidfd, SIGKILL);
	HOLD(HOLD_KILL_AFTER_SIGNAL);
	record_victim(episode, &candidate->who, ret);
	episode->victim.pidfd = pidfd;
	if (ret < 0) {
		/* -ESRCH: it went by itself, and its pages are on their way back. */
		victim_release(handler, &episode->victim);
		choose_again(handler, episode);
		return;
	}
	episode->acted = true;
	episode->nudges = 0;
	episode->seat_waits = 0;
	episode->victim.waiting = true;
	episode->victim.overdue = nsec_after(handler->now, timeout);
	atomic_fetch_add(&handler->tables.outcomes->board[episode->slot].kills, 1);
	look_again(handler, episode, 1);
}

/* The sampler has only just met it, and the adopt thread has not had its turn: not a reason to spare it. */
static bool seat_is_late(const struct handler *handler, struct episode *episode,
			 const struct candidate *candidate)
{
	return !adopt_process(&handler->adopt, candidate->index, candidate->generation) &&
	       episode->seat_waits++ < KILL_SEAT_WAITS;
}

static enum action_verdict kill_next(struct handler *handler, struct episode *episode)
{
	struct ranking ranking;

	if (episode->tried_count == EPISODE_TRIED)
		return ACTION_FAILED; /* an endless queue of victims is not a cure: the next step */
	decision_take(handler, episode, &ranking);
	if (!ranking.first)
		return ACTION_FAILED;
	if (seat_is_late(handler, episode, ranking.first)) {
		look_again(handler, episode, KILL_LOOK_MSEC);
		return ACTION_WAITING;
	}
	kill_candidate(handler, episode, ranking.first,
		       episode->policy.step[episode->step].timeout);
	return ACTION_WAITING;
}

enum action_verdict action_kill_tick(struct handler *handler, struct episode *episode)
{
	struct victim *victim = &episode->victim;

	if (!victim->waiting)
		return kill_next(handler, episode);
	if (action_victim_exited(victim)) {
		record_victim_end(handler, episode, OUTCOME_VICTIM_EXITED);
	} else if (nsec_reached(handler->now, victim->overdue)) {
		record_victim_end(handler, episode, OUTCOME_VICTIM_OUTLIVED);
	} else {
		look_again(handler, episode, KILL_LOOK_MSEC);
		return ACTION_WAITING;
	}
	victim_release(handler, victim);
	choose_again(handler, episode);
	return ACTION_WAITING;
}
