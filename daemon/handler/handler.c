/*
 * oomhandlerd-handler: the decision loop. Started by the guardian with its tables and descriptors at
 * fixed numbers (shared/inherit.h), useless by hand.
 *
 * One turn: wait for an event or the nearest deadline; note which groups to look at; sweep all of them
 * once a second, and more often while an episode runs, because an event may never come; advance every
 * episode whose time has come; beat. Nothing in a turn waits.
 */
#include "handler/handler.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/exit_code.h"
#include "base/hold.h"
#include "base/io.h"
#include "handler/pin.h"
#include "handler/slots.h"

#define HANDLER_SWEEP_MSEC 1000
#define HANDLER_SWEEP_BUSY_MSEC 100
#define HANDLER_EVENTS 64
/* A tick this much too late says the machine was busy or paused, not that the guardian is silent. */
#define HANDLER_LATE_MSEC 250
#define HANDLER_GUARDIAN_TICKS 3

static struct handler handler;

static int watch(int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(handler.epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int watch_all(void)
{
	int ret;

	handler.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (handler.epoll < 0)
		return -errno;
	ret = watch(INHERIT_GUARDIAN);
	if (ret == 0)
		ret = watch(INHERIT_WAKE_HANDLER);
	for (int i = 0; ret == 0 && i < INHERIT_EVENTS; i++)
		ret = watch(INHERIT_EVENT_FIRST + i);
	return ret;
}

static int handler_init(void)
{
	const int fds[] = { INHERIT_ROSTER, INHERIT_FACTS, INHERIT_OUTCOMES,
			    INHERIT_LEDGER, INHERIT_PULSE, INHERIT_ROLL };
	const struct tables_access access = { .outcomes = true, .ledger = true, .roll = true };
	int ret = tables_map(fds, access, &handler.tables);

	if (ret < 0)
		return ret;
	handler.page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	handler.generation = atomic_load(&handler.tables.pulse->handler_generation);
	handler.epoch = atomic_load(&handler.tables.pulse->epoch);
	for (int i = 0; i < ROSTER_SLOTS; i++)
		atomic_store(&handler.tables.outcomes->board[i].state, BOARD_ABSENT);
	ret = watch_all();
	if (ret == 0)
		ret = adopt_start(&handler.adopt, &handler.tables, handler.generation);
	return ret;
}

/* Signals for the whole process group, from a terminal or a service manager, are the guardian's. */
static void ignore_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGUSR1, SIGUSR2 };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)signal(signals[i], SIG_IGN); /* cannot fail for these */
}

static void sweep_on_news(void)
{
	uint32_t roster = atomic_load(&handler.tables.roster->changes);
	uint32_t adopt = atomic_load(&handler.adopt.changes);

	if (roster != handler.roster_changes || adopt != handler.adopt_changes)
		handler.next_sweep = handler.now;
	handler.roster_changes = roster;
	handler.adopt_changes = adopt;
}

static void handle_event(int fd)
{
	if (fd == INHERIT_GUARDIAN) {
		handler.guardian_dead = true;
		return;
	}
	if (io_drain_event(fd) < 0)
		return;
	/* A wake without news is the sampler's answer: the turn itself looks for that. */
	if (fd == INHERIT_WAKE_HANDLER)
		sweep_on_news();
	else
		slots_event(&handler, (uint32_t)(fd - INHERIT_EVENT_FIRST));
}

/* Counts only ticks that came in time: a paused machine is late everywhere and accuses nobody. */
static void watch_guardian(struct nsec planned)
{
	uint64_t beat = atomic_load(&handler.tables.pulse->guardian_beat);

	if (beat != handler.guardian_beat) {
		handler.guardian_missed = 0;
		handler.guardian_silent = false;
	} else if (nsec_between(planned, handler.now).count <
		   nsec_from_msec(HANDLER_LATE_MSEC).count) {
		handler.guardian_silent = ++handler.guardian_missed >= HANDLER_GUARDIAN_TICKS;
	}
	handler.guardian_beat = beat;
}

static bool episodes_run(struct nsec *next)
{
	bool any = false;

	for (int i = 0; i < EPISODE_POOL; i++) {
		struct episode *episode = &handler.episodes[i];

		if (episode->phase == EPISODE_FREE)
			continue;
		if (nsec_reached(handler.now, episode->due) ||
		    (episode->phase == EPISODE_SNAPSHOT &&
		     snapshot_is_fresh(&handler, episode->slot, episode->asked)))
			episode_tick(&handler, episode);
		if (episode->phase == EPISODE_FREE)
			continue;
		any = true;
		if (episode->due.count < next->count)
			*next = episode->due;
	}
	return any;
}

/* Return: when the loop has to wake up at the latest. */
static struct nsec turn(void)
{
	struct nsec next, busy;
	bool any;

	handler.now = clock_now();
	if (nsec_reached(handler.now, handler.guardian_tick)) {
		watch_guardian(handler.guardian_tick);
		handler.guardian_tick = nsec_after(handler.now, nsec_from_msec(HANDLER_SWEEP_MSEC));
	}
	if (nsec_reached(handler.now, handler.next_sweep)) {
		handler.next_sweep = nsec_after(handler.now, nsec_from_msec(HANDLER_SWEEP_MSEC));
		slots_sweep(&handler); /* may ask for another one at once */
	}
	next = slots_run(&handler);
	any = episodes_run(&next);
	busy = nsec_after(handler.now, nsec_from_msec(HANDLER_SWEEP_BUSY_MSEC));
	if (any && busy.count < handler.next_sweep.count)
		handler.next_sweep = busy;
	if (handler.next_sweep.count < next.count)
		next = handler.next_sweep;
	if (handler.guardian_tick.count < next.count)
		next = handler.guardian_tick;
	atomic_fetch_add(&handler.tables.pulse->handler_beat, 1);
	return next;
}

/* Rounded up: waking before the deadline would only mean to wait once more. */
static int timeout_msec(struct nsec next)
{
	uint64_t wait = nsec_between(clock_now(), next).count;

	return (int)((wait + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC);
}

static void loop(void)
{
	struct nsec next = { 0 };

	while (!handler.guardian_dead) {
		struct epoll_event events[HANDLER_EVENTS];
		int count = epoll_wait(handler.epoll, events, HANDLER_EVENTS, timeout_msec(next));

		adopt_enter(&handler.adopt);
		handler.now = clock_now();
		for (int i = 0; i < count; i++)
			handle_event(events[i].data.fd);
		next = turn();
		atomic_fetch_add(&handler.tables.pulse->handler.wakeups, 1);
		adopt_leave(&handler.adopt);
	}
	adopt_enter(&handler.adopt);
	slots_abandon(&handler);
	adopt_leave(&handler.adopt);
}

int main(void)
{
	int ret;

	hold_init();
	ignore_signals();
	(void)prctl(PR_SET_NAME, "oom-handler"); /* a label for people, nothing depends on it */
	ret = handler_init();
	if (ret < 0) {
		fprintf(stderr, "oomhandlerd-handler: cannot start: %s%s\n", strerror(-ret),
			ret == -EBADF ? " (it is started by oomhandlerd, not by hand)" : "");
		return EXIT_CODE_FAILURE;
	}
	pin_process(&handler.tables.pulse->handler);
	handler.faults_at_start = pin_faults();
	atomic_store(&handler.tables.pulse->handler_ready, handler.generation);
	(void)io_signal_event(INHERIT_WAKE_SUPERVISOR); /* it also looks once a second */
	loop();
	return EXIT_CODE_OK;
}
