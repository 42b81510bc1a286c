/*
 * See sampler.h. The periodic sampling goes group by group and serves the handler's questions between
 * two groups, so a question never waits for more than one group it did not ask for.
 *
 * What is known about a subtree is as old as the oldest of its groups; the ages are folded up the tree
 * and published in one place (publish_ages).
 */
#include "supervisor/sampler.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "supervisor/members.h"
#include "supervisor/process_post.h"

#define RETRY_MSEC 20 /* for a handler that is behind with receiving, or restarting */
#define TREE_DEPTH 64 /* the handler follows as many levels (handler.h) */
#define SAMPLER_NICE -20
#define MEMBERS_MAX 65536 /* of one group in one sampling */

struct sampled_slot {
	struct roster_slot roster; /* last consistent copy */
	uint64_t own_nsec; /* start of the last sampling of its own members */
	uint32_t own_missed;
	uint32_t generation; /* of the slot, own_nsec and own_missed are about */
	/* scratch of publish_ages() */
	uint64_t tree_nsec;
	uint32_t tree_missed;
};

static struct {
	bool started;
	const struct tables *tables;
	struct groups *groups;
	_Atomic uint64_t interval_nsec;
	_Atomic bool resend;
	_Atomic bool poked;
	/* the thread's own */
	uint32_t slots_used;
	uint32_t round;
	uint32_t cursor; /* next slot of the periodic sampling */
	struct nsec next_cycle;
	struct sampled_slot slots[ROSTER_SLOTS];
	struct processes processes;
} sampler;

static bool slot_has_members(const struct sampled_slot *slot)
{
	return slot->roster.generation && slot->roster.role != ROSTER_ANCESTOR &&
	       slot->roster.want != ROSTER_WANT_GONE;
}

static bool slot_is_known(uint32_t slot, uint32_t slot_generation)
{
	return slot < sampler.slots_used &&
	       sampler.slots[slot].roster.generation == slot_generation &&
	       slot_has_members(&sampler.slots[slot]);
}

static void copy_roster(void)
{
	const struct roster *roster = sampler.tables->roster;
	uint32_t used = atomic_load(&roster->slots_used);

	sampler.slots_used = used < ROSTER_SLOTS ? used : ROSTER_SLOTS;
	for (uint32_t i = 0; i < sampler.slots_used; i++) {
		struct roster_slot copy;

		/* Torn only while the main loop is in the middle of writing it: the former copy will do. */
		if (roster_read(roster, i, &copy) == 0)
			sampler.slots[i].roster = copy;
	}
	processes_retain(&sampler.processes, slot_is_known);
}

struct reading {
	struct processes_place place;
	uint32_t count;
	uint32_t missed;
	bool any_new; /* a second list has to confirm them */
};

static void meet(void *context, uint64_t pid)
{
	struct reading *reading = context;
	int ret = -ERANGE;

	if (pid > 0 && pid <= INT32_MAX && reading->count++ < MEMBERS_MAX)
		ret = processes_meet(&sampler.processes, (uint32_t)pid, reading->place,
				     &reading->any_new);
	if (ret < 0 && ret != -ESRCH)
		reading->missed++;
}

/* Who stands in the second list alone was counted with the first one, or is younger than the sampling. */
static void confirm(void *context, uint64_t pid)
{
	struct reading *reading = context;

	if (pid > 0 && pid <= INT32_MAX)
		processes_confirm(&sampler.processes, (uint32_t)pid, reading->place);
}

static int read_group(uint32_t slot, const struct roster_slot *roster, uint32_t *ret_missed)
{
	struct reading reading = { .place = { .slot = slot,
					      .slot_generation = roster->generation,
					      .round = ++sampler.round } };
	struct group_view view;
	int ret = groups_view_slot(sampler.groups, slot, roster->generation, &view);

	if (ret == 0)
		ret = members_visit(&view, meet, &reading);
	if (ret == 0 && reading.any_new)
		ret = members_visit(&view, confirm, &reading);
	if (ret == 0)
		processes_sweep(&sampler.processes, reading.place);
	else
		processes_drop_met(&sampler.processes, reading.place);
	*ret_missed = reading.missed;
	return ret;
}

static void sample_group(uint32_t slot)
{
	struct sampled_slot *sampled = &sampler.slots[slot];
	uint64_t start = clock_now().count;
	uint32_t missed = 0;
	int ret;

	if (!slot_has_members(sampled))
		return;
	ret = read_group(slot, &sampled->roster, &missed);
	/*
	 * A group that is gone has no members; any other failure leaves some unseen. -ENOENT is one: the
	 * group may not be in the table yet, or have another name.
	 */
	if (ret < 0 && ret != -ENODEV && missed == 0)
		missed = 1;
	sampled->generation = sampled->roster.generation;
	sampled->own_nsec = start;
	sampled->own_missed = missed;
}

static bool is_below(uint32_t slot, uint32_t top)
{
	for (int depth = 0; depth < TREE_DEPTH && slot < sampler.slots_used; depth++) {
		if (slot == top)
			return true;
		slot = sampler.slots[slot].roster.parent;
	}
	return false;
}

static void fold_up(uint32_t slot)
{
	const struct sampled_slot *own = &sampler.slots[slot];
	uint64_t nsec = own->generation == own->roster.generation ? own->own_nsec : 0;
	uint32_t missed = own->own_missed;

	for (int depth = 0; depth < TREE_DEPTH && slot < sampler.slots_used; depth++) {
		struct sampled_slot *tree = &sampler.slots[slot];

		if (nsec < tree->tree_nsec)
			tree->tree_nsec = nsec;
		tree->tree_missed += missed;
		slot = tree->roster.parent;
	}
}

static void publish_ages(void)
{
	struct facts *facts = sampler.tables->facts;

	for (uint32_t i = 0; i < sampler.slots_used; i++) {
		sampler.slots[i].tree_nsec = UINT64_MAX;
		sampler.slots[i].tree_missed = 0;
	}
	for (uint32_t i = 0; i < sampler.slots_used; i++)
		if (slot_has_members(&sampler.slots[i]))
			fold_up(i);
	for (uint32_t i = 0; i < sampler.slots_used; i++) {
		const struct sampled_slot *slot = &sampler.slots[i];
		uint64_t nsec = slot->tree_nsec == UINT64_MAX ? 0 : slot->tree_nsec;

		atomic_store_explicit(&facts->group[i].missed, slot->tree_missed,
				      memory_order_relaxed);
		/* release: facts and .missed are visible to whoever sees the time */
		atomic_store_explicit(&facts->group[i].sampled_nsec, nsec, memory_order_release);
	}
}

static bool is_wanted(uint32_t slot)
{
	uint64_t wanted = atomic_load_explicit(&sampler.tables->outcomes->board[slot].wanted_nsec,
					       memory_order_acquire);

	return sampler.slots[slot].roster.generation &&
	       wanted > atomic_load_explicit(&sampler.tables->facts->group[slot].sampled_nsec,
					     memory_order_relaxed);
}

static void sample_subtree(uint32_t top)
{
	for (uint32_t i = 0; i < sampler.slots_used; i++)
		if (is_below(i, top))
			sample_group(i);
	/* The descriptors are on their way before the handler hears of the facts. */
	(void)process_post(&sampler.processes);
	publish_ages();
	/* Fails for nothing the handler could not do without: it looks again after 20 ms by itself. */
	(void)io_signal_event(INHERIT_WAKE_HANDLER);
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
	for (uint32_t i = 0; i < sampler.slots_used; i++)
		if (is_wanted(i))
			sample_subtree(i);
}

/* Return: true when the cycle is through. */
static bool sample_next(void)
{
	while (sampler.cursor < sampler.slots_used &&
	       !slot_has_members(&sampler.slots[sampler.cursor]))
		sampler.cursor++;
	if (sampler.cursor < sampler.slots_used) {
		sample_group(sampler.cursor++);
		return false;
	}
	publish_ages();
	sampler.cursor = 0;
	sampler.next_cycle =
		nsec_after(clock_now(), (struct nsec){ atomic_load(&sampler.interval_nsec) });
	return true;
}

static int wait_msec(bool behind)
{
	struct nsec left = nsec_between(clock_now(), sampler.next_cycle);
	uint64_t msec = (left.count + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC;

	if (behind && msec > RETRY_MSEC)
		return RETRY_MSEC;
	return msec > INT32_MAX ? INT32_MAX : (int)msec;
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
	struct pollfd wake = { .fd = INHERIT_WAKE_SAMPLER, .events = POLLIN };

	(void)unused;
	(void)pthread_setname_np(pthread_self(), "sampler"); /* a name is only for people */
	hurry();
	for (;;) {
		bool behind, idle = true;

		serve_requests();
		/* In the middle of a cycle it waits: the cycle's end sets the time of the next one. */
		if (sampler.cursor == 0 && atomic_exchange(&sampler.poked, false))
			sampler.next_cycle = clock_now();
		if (sampler.cursor > 0 || nsec_reached(clock_now(), sampler.next_cycle))
			idle = sample_next();
		behind = process_post(&sampler.processes) < 0;
		if (idle)
			/* EINTR is one more turn and does no harm. */
			(void)poll(&wake, 1, wait_msec(behind));
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
	processes_init(&sampler.processes, tables);
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
