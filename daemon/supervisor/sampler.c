/*
 * See sampler.h. The periodic sampling goes group by group and serves the handler's questions between
 * two groups, so a question never waits for more than one group it did not ask for; nor does it when the
 * kernel has told of one (lifecycle.h). All that an answer to the handler does without comes behind it:
 * the gauges, and what the reader is asked.
 */
#include "supervisor/sampler.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "supervisor/details.h"
#include "supervisor/gauges.h"
#include "supervisor/lifecycle.h"
#include "supervisor/pace.h"
#include "supervisor/process_post.h"
#include "supervisor/reading.h"
#include "supervisor/stranded.h"

#define RETRY_MSEC 20 /* for a handler that is behind with receiving, or restarting */
#define HOST_MSEC 1000 /* between two looks at the host's memory */
#define SAMPLER_NICE -20

static struct {
	bool started;
	const struct tables *tables;
	struct groups *groups;
	_Atomic uint64_t interval_nsec;
	_Atomic bool resend;
	_Atomic bool poked;
	_Atomic bool requested[ROSTER_SLOTS]; /* by the main loop; the handler asks on its board */
	/* the thread's own */
	uint32_t round;
	uint32_t cursor; /* next slot of the periodic sampling */
	struct nsec turn; /* began */
	struct nsec cycle; /* began */
	struct nsec cycle_rest; /* until then none is begun out of turn */
	struct nsec next_cycle;
	struct nsec next_host;
	bool lost; /* events: all is to be sampled */
	struct sampled sampled;
	struct processes processes;
	struct lifecycle lifecycle;
	struct reader_line line;
	bool asked_details; /* whose question is on its way: of details, else of stranded */
	struct details details;
	struct stranded stranded;
} sampler;

static struct nsec earlier(struct nsec left, struct nsec right)
{
	return left.count < right.count ? left : right;
}

static bool slot_is_known(uint32_t slot, uint32_t slot_generation)
{
	return sampled_has_members(&sampler.sampled, slot) &&
	       sampler.sampled.slots[slot].now.roster.generation == slot_generation;
}

static bool slot_in_episode(uint32_t slot)
{
	return sampled_in_episode(&sampler.sampled, slot);
}

static void process_left(const struct process *process)
{
	stranded_left(&sampler.stranded, process);
}

static void copy_roster(void)
{
	sampled_copy(&sampler.sampled);
	processes_retain(&sampler.processes, slot_is_known);
	lifecycle_follow(&sampler.lifecycle);
}

static void sample_group(uint32_t slot, bool periodic)
{
	const struct processes_place place = {
		.slot = slot,
		.slot_generation = sampler.sampled.slots[slot].now.roster.generation,
		.round = ++sampler.round,
		.periodic = periodic,
	};
	struct nsec start = clock_now();
	uint32_t missed = 0;
	int ret;

	lifecycle_answer(&sampler.lifecycle, slot);
	if (!sampled_has_members(&sampler.sampled, slot))
		return;
	ret = reading_take(&sampler.processes, sampler.groups, place, &missed);
	/*
	 * A group that is gone has no members; any other failure leaves some unseen. -ENOENT is one: the
	 * group may not be in the table yet, or have another name.
	 */
	if (ret < 0 && ret != -ENODEV && missed == 0)
		missed = 1;
	sampled_note(&sampler.sampled, slot, start, missed);
	lifecycle_read(&sampler.lifecycle, slot, start);
}

/* A failure leaves the former values, with the time they are from. */
static void sample_memory(uint32_t slot)
{
	static struct group_view view; /* the thread's own; large */
	const struct roster_slot *roster = &sampler.sampled.slots[slot].now.roster;

	if (roster->role == ROSTER_MANAGED && roster->want != ROSTER_WANT_GONE &&
	    groups_view_slot(sampler.groups, slot, roster->generation, &view) == 0)
		(void)gauges_read_group(sampler.tables->facts, &view);
}

static void sample_host(void)
{
	(void)gauges_read_host(sampler.tables->facts); /* as sample_memory() */
	sampler.next_host = nsec_after(clock_now(), nsec_from_msec(HOST_MSEC));
}

static void sample_subtree(uint32_t top)
{
	for (uint32_t i = 0; i < sampler.sampled.used; i++)
		if (sampled_is_below(&sampler.sampled, i, top))
			sample_group(i, false);
	/* The descriptors are on their way before the handler hears of the facts. */
	(void)process_post(&sampler.processes);
	sampled_publish(&sampler.sampled);
	/* Fails for nothing the handler could not do without: it looks again after 20 ms by itself. */
	(void)io_signal_event(INHERIT_WAKE_HANDLER);
	sample_memory(top);
	sample_host();
	(void)io_signal_event(INHERIT_WAKE_HANDLER);
}

/* The main loop asks for people, who can wait: one per turn, so that the handler waits for one at most. */
static void serve_one_request(void)
{
	bool served = false;

	for (uint32_t i = 0; i < sampler.sampled.used; i++) {
		if (served && atomic_load(&sampler.requested[i])) {
			(void)io_signal_event(INHERIT_WAKE_SAMPLER); /* as sampler_request() */
			return;
		}
		if (!served && atomic_exchange(&sampler.requested[i], false)) {
			sample_subtree(i);
			served = true;
		}
	}
}

/*
 * A slot without members below it (an ancestor nothing is known of) can never be served: the request
 * is left alone, the handler stops waiting by itself.
 */
static void serve_requests(void)
{
	/* In the middle of a cycle the roster is looked through only when somebody asks for it. */
	if (io_drain_event(INHERIT_WAKE_SAMPLER) < 0 && sampler.cursor > 0)
		return;
	if (atomic_exchange(&sampler.resend, false))
		process_post_again(&sampler.processes);
	copy_roster();
	for (uint32_t i = 0; i < sampler.sampled.used; i++)
		if (sampled_is_wanted(&sampler.sampled, i))
			sample_subtree(i);
	serve_one_request();
}

/* Return: true when there was a group the kernel has told of. */
static bool sample_told(void)
{
	uint32_t slot;

	if (!lifecycle_next(&sampler.lifecycle, clock_now(), &slot))
		return false;
	sample_group(slot, false);
	sampled_publish(&sampler.sampled);
	lifecycle_rest(&sampler.lifecycle, sampler.turn);
	return true;
}

/* Return: true when the cycle is through. */
static bool sample_next(void)
{
	if (sampler.cursor == 0)
		sampler.cycle = clock_now();
	while (sampler.cursor < sampler.sampled.used &&
	       !sampled_has_members(&sampler.sampled, sampler.cursor))
		sampler.cursor++;
	if (sampler.cursor < sampler.sampled.used) {
		sample_group(sampler.cursor, true);
		sample_memory(sampler.cursor++);
		return false;
	}
	sampled_publish(&sampler.sampled);
	sampler.cursor = 0;
	sampler.cycle_rest = pace_after(sampler.cycle, (struct nsec){ 0 });
	sampler.next_cycle =
		nsec_after(clock_now(), (struct nsec){ atomic_load(&sampler.interval_nsec) });
	return true;
}

/* In the middle of a cycle both wait: the cycle's end sets the time of the next one. */
static void cycle_hasten(void)
{
	if (lifecycle_take(&sampler.lifecycle))
		sampler.lost = true;
	if (sampler.cursor > 0)
		return;
	if (atomic_exchange(&sampler.poked, false))
		sampler.next_cycle = clock_now();
	if (sampler.lost)
		sampler.next_cycle = earlier(sampler.next_cycle, sampler.cycle_rest);
	sampler.lost = false;
}

static void reader_turn(void)
{
	static struct reader_answer answer; /* the thread's own */
	enum reader_line_event event = reader_line_take(&sampler.line, &answer);

	if (event != READER_LINE_QUIET && sampler.asked_details)
		details_hear(&sampler.details, event, &answer);
	else if (event != READER_LINE_QUIET)
		stranded_hear(&sampler.stranded, event, &answer);
	if (stranded_ask(&sampler.stranded, &sampler.line))
		sampler.asked_details = false;
	else if (details_ask(&sampler.details, &sampler.line))
		sampler.asked_details = true;
}

/* What waits for a pause to end, a reader or a question, is looked at with the host, once per second. */
static int wait_msec(struct nsec now, bool behind)
{
	struct nsec next = earlier(sampler.next_cycle, sampler.next_host), left;
	uint64_t msec;

	next = earlier(next, reader_line_deadline(&sampler.line));
	next = earlier(next, stranded_deadline(&sampler.stranded));
	next = earlier(next, lifecycle_deadline(&sampler.lifecycle, now));
	left = nsec_between(now, next);
	msec = (left.count + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC;
	if (behind && msec > RETRY_MSEC)
		return RETRY_MSEC;
	return msec > INT32_MAX ? INT32_MAX : (int)msec;
}

/* What is not there has descriptor -1, which poll(2) leaves out. */
static void wait_for_work(bool behind)
{
	struct nsec now = clock_now();
	struct pollfd wake[] = { { .fd = INHERIT_WAKE_SAMPLER, .events = POLLIN },
				 { .fd = sampler.line.socket, .events = POLLIN },
				 { .fd = lifecycle_poll(&sampler.lifecycle, now),
				   .events = POLLIN } };

	(void)poll(wake, 3, wait_msec(now, behind)); /* EINTR is one more turn and does no harm */
}

/*
 * The handler waits 20 ms for an answer: on a loaded machine an ordinary thread has not even been given
 * the CPU by then. Where the nice value is refused, answers come late, and the handler does without.
 */
static void hurry(void)
{
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), SAMPLER_NICE);
}

static void *sampler_run(void *unused)
{
	(void)unused;
	(void)pthread_setname_np(pthread_self(), "sampler"); /* a name is only for people */
	hurry();
	for (;;) {
		bool behind, idle = true;

		sampler.turn = clock_now();
		serve_requests();
		cycle_hasten();
		if (sample_told())
			idle = false;
		else if (sampler.cursor > 0 || nsec_reached(clock_now(), sampler.next_cycle))
			idle = sample_next();
		if (nsec_reached(clock_now(), sampler.next_host))
			sample_host();
		stranded_look(&sampler.stranded);
		behind = process_post(&sampler.processes) < 0;
		reader_turn();
		if (idle)
			wait_for_work(behind);
	}
	return NULL;
}

void sampler_set_interval(struct nsec interval)
{
	atomic_store(&sampler.interval_nsec, interval.count);
}

int sampler_start(const struct tables *tables, struct groups *groups, struct nsec interval)
{
	pthread_t thread;
	int ret;

	if (sampler.started)
		return -EALREADY;
	sampler.tables = tables;
	sampler.groups = groups;
	sampler_set_interval(interval);
	sampled_init(&sampler.sampled, tables);
	processes_init(&sampler.processes, tables);
	sampler.processes.left = process_left;
	lifecycle_init(&sampler.lifecycle, &sampler.sampled, &sampler.processes);
	/* Whatever was installed meanwhile, the reader is of this build. */
	reader_line_init(&sampler.line, "/proc/self/exe");
	details_init(&sampler.details, &sampler.processes, slot_in_episode);
	stranded_init(&sampler.stranded, &sampler.sampled, groups);
	ret = pthread_create(&thread, NULL, sampler_run, NULL);
	if (ret != 0)
		return -ret;
	(void)pthread_detach(thread); /* it ends with the program */
	sampler.started = true;
	return 0;
}

void sampler_resend(void)
{
	atomic_store(&sampler.resend, true);
	(void)io_signal_event(INHERIT_WAKE_SAMPLER); /* else it is seen in the next interval */
}

void sampler_poke(void)
{
	atomic_store(&sampler.poked, true);
	(void)io_signal_event(INHERIT_WAKE_SAMPLER);
}

void sampler_request(uint32_t slot)
{
	atomic_store(&sampler.requested[slot], true);
	(void)io_signal_event(INHERIT_WAKE_SAMPLER); /* a full counter is a success */
}
