/*
 * What the tests of episodes start from: a group that is made of plain files, facts that are always there
 * at the next look, a clock of the test's own, and processes that are real: children of the test that
 * wait to be killed.
 */
#pragma once

#include <fcntl.h>
#include <sys/syscall.h>

#include "child.h"
#include "handler/action.h"
#include "handler/episode.h"
#include "handler/handler.h"
#include "handler/level.h"
#include "handler/look.h"
#include "handler/slot.h"
#include "handler/slots.h"

#define MIB (1ULL << 20)
#define LIMIT (64 * MIB)
#define PEOPLE 3
#define GROUP 0
#define CHILD 1

static struct handler handler;
static struct roster roster;
static struct facts facts;
static struct outcomes outcomes;
static struct ledger ledger;
static struct pulse pulse;
static struct roll roll;
static pid_t people[PEOPLE];
static struct policy policy;
static struct policy_rules rules;

static inline void file_set(int fd, const char *text)
{
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_int_eq(pwrite(fd, text, strlen(text), 0), (ssize_t)strlen(text));
}

static inline void number_set(uint32_t slot, enum group_file file, uint64_t value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%llu\n", (unsigned long long)value);
	file_set(handler.adopt.groups[slot].fd[file], text);
}

/* What memory.oom_control says from now on. */
static inline void kernel_says(bool disabled, bool asleep, unsigned int kills)
{
	char text[96];

	(void)snprintf(text, sizeof(text), "oom_kill_disable %d\nunder_oom %d\noom_kill %u\n",
		       disabled, asleep, kills);
	file_set(handler.adopt.groups[GROUP].fd[GROUP_OOM_CONTROL], text);
}

static inline void group_make(uint32_t slot, uint32_t parent)
{
	struct group_seat *seat = &handler.adopt.groups[slot];
	const struct roster_slot row = {
		.generation = 7,
		.parent = parent,
		.inode = 100 + slot,
		.role = slot == GROUP ? ROSTER_MANAGED : ROSTER_DESCENDANT,
		.want = ROSTER_WANT_ARMED,
		.vouched = 1,
	};

	for (int file = 0; file < GROUP_FILE_COUNT; file++)
		seat->fd[file] = -1;
	for (int i = 0; i < GROUP_MEMBERS; i++)
		atomic_store(&seat->members[i], -1);
	seat->fd[GROUP_OOM_CONTROL] = unit_file("oom_kill_disable 1\nunder_oom 0\noom_kill 0\n");
	seat->fd[GROUP_USAGE] = unit_file("0\n");
	seat->fd[GROUP_LIMIT] = unit_file("0\n");
	seat->fd[GROUP_FAILCNT] = unit_file("0\n");
	atomic_store(&seat->generation, row.generation);
	number_set(slot, GROUP_LIMIT, LIMIT);
	number_set(slot, GROUP_USAGE, LIMIT);
	roster_write(&roster, slot, &row);
	handler.slots[slot].roster = row;
	atomic_store(&roster.slots_used, slot + 1);
}

static inline void fact_put(uint32_t index, int32_t adj, uint32_t slot)
{
	struct process_seat *seat = &handler.adopt.processes[index];
	const struct fact fact = {
		.generation = 1,
		.pid = (uint32_t)people[index],
		.slot = slot,
		.slot_generation = 7,
		.oom_score_adj = adj,
		.anon = (index + 1) * 10 * MIB,
		.vm_size = MIB,
	};

	facts_write(&facts, index, &fact);
	atomic_store(&facts.processes_used, PEOPLE);
	seat->pidfd = (int)syscall(SYS_pidfd_open, people[index], 0);
	seat->adj_fd = unit_file("0\n");
	atomic_store(&seat->generation, 1);
}

/* The sampler is quick: whatever is asked for is there at the next look. */
static inline void sampler_answer(void)
{
	const struct facts_memory memory = {
		.sampled_nsec = handler.now.count,
		.value = { [FACTS_STAT_INACTIVE_ANON] = LIMIT },
	};

	atomic_store(&facts.group[GROUP].sampled_nsec, handler.now.count);
	facts_write_memory(&facts, GROUP, &memory);
}

static inline void policy_set(uint32_t count, const struct policy_step *steps)
{
	policy = (struct policy){
		.name = "unit",
		.version = 3,
		.spare_adj = 1,
		.step_count = count + 1,
		.deadline = nsec_from_msec(10000),
	};
	memcpy(policy.step, steps, count * sizeof(*steps));
	policy.step[count].kind = STEP_KERNEL;
	rules = (struct policy_rules){ .version = 3 };
	roster_write_policy(&roster, 0, &policy);
	roster_write_rules(&roster, 0, &rules);
}

static const struct policy_step kill_step[] = { { .kind = STEP_KILL,
						  .timeout = { .count = NSEC_PER_SEC } } };

static inline void setup(void)
{
	int null = open("/dev/null", O_RDWR);

	/* The numbers the handler's wakes go to must not be files of the test. */
	for (int fd = INHERIT_ROSTER; fd < INHERIT_END; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			ck_assert_int_eq(dup2(null, fd), fd);
	handler.tables = (struct tables){ &roster, &facts, &outcomes, &ledger, &pulse, &roll };
	handler.adopt.tables = &handler.tables;
	/* No program has come: all there is are the facts. */
	for (int i = 0; i < WIRE_ITERATORS_MAX; i++)
		atomic_store(&handler.adopt.programs.iterators[i], -1);
	handler.page_bytes = 4096;
	handler.generation = 1;
	handler.now = nsec_from_msec(1000000);
	atomic_store(&pulse.supervisor_up, 1);
	atomic_store(&pulse.supervisor_generation, 1);
	group_make(GROUP, ROSTER_NO_SLOT);
	handler.slots[GROUP].state = BOARD_ARMED;
	handler.slots[GROUP].backoff = nsec_from_msec(SLOT_BACKOFF_MIN_MSEC);
	policy_set(1, kill_step);
	for (uint32_t i = 0; i < PEOPLE; i++) {
		people[i] = child_make();
		fact_put(i, 0, GROUP);
	}
}

static inline void teardown(void)
{
	/* 0 would be the whole process group: a setup that failed half-way has not made them all. */
	for (int i = 0; i < PEOPLE; i++) {
		if (people[i] <= 0)
			continue;
		(void)kill(people[i], SIGKILL);
		(void)waitpid(people[i], NULL, 0);
	}
}

static inline struct episode *begin(void)
{
	kernel_says(true, true, 0);
	sampler_answer();
	ck_assert_int_eq(episode_begin(&handler, GROUP, EPISODE_BY_EVENT), 0);
	slot_set_state(&handler, GROUP, BOARD_EPISODE);
	return handler.slots[GROUP].episode;
}

/* As the loop does it, a millisecond at a time. */
static inline void run(uint64_t msec)
{
	for (uint64_t i = 0; i < msec; i++) {
		struct episode *episode = handler.slots[GROUP].episode;

		handler.now.count += NSEC_PER_MSEC;
		sampler_answer();
		if (!episode)
			return;
		if (episode->victim.waiting)
			usleep(500); /* for the real ones to die */
		if (nsec_reached(handler.now, episode->due) ||
		    (episode->phase == EPISODE_SNAPSHOT &&
		     snapshot_is_fresh(&handler, GROUP, episode->asked)))
			episode_tick(&handler, episode);
	}
}

static inline bool is_alive(int index)
{
	return child_is_alive(people[index]);
}

static inline bool has_died(int index)
{
	return child_has_died(people[index]);
}

static inline const struct outcome *record(uint32_t index)
{
	ck_assert_uint_lt(index, handler.sequence);
	return &outcomes.records[index];
}
