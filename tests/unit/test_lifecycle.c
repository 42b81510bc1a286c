/*
 * What the kernel tells of processes, and how often a group is read for it: with programs of this test's
 * own instead of the kernel's, and a roster without groups behind it.
 * Linked with supervisor/lifecycle.c, sampled.c, processes.c and what they need.
 */
#include <errno.h>

#include "base/clock.h"
#include "supervisor/bpf.h"
#include "supervisor/gauges.h"
#include "supervisor/lifecycle.h"
#include "supervisor/process_details.h"
#include "unit/unit.h"

#define EVENTS 8
#define WATCHES 8
#define FD 42

static struct tables tables;
static struct sampled *sampled;
static struct processes *processes;
static struct lifecycle *lifecycle;

/* The kernel's side. */
static struct {
	int fd;
	int error; /* of the next taking */
	uint32_t room; /* groups that can be watched */
	uint32_t watches, answers;
	uint64_t watched[WATCHES]; /* 0: free */
	uint64_t answered; /* the last one */
	uint64_t lost;
	uint32_t count;
	struct process_event events[EVENTS];
} kernel;

void gauges_forget_group(struct facts *facts, uint32_t slot)
{
	(void)facts;
	(void)slot;
}

int bpf_events_fd(enum bpf_part part)
{
	ck_assert_int_eq(part, BPF_PART_LIFECYCLE);
	return kernel.fd;
}

int bpf_events_take(enum bpf_part part, bpf_notify *notify, void *context)
{
	ck_assert_int_eq(part, BPF_PART_LIFECYCLE);
	for (uint32_t i = 0; i < kernel.count; i++)
		notify(context, &kernel.events[i]);
	kernel.count = 0;
	return kernel.error;
}

uint64_t bpf_events_lost(enum bpf_part part)
{
	ck_assert_int_eq(part, BPF_PART_LIFECYCLE);
	return kernel.lost;
}

static bool is_watched(uint64_t inode)
{
	for (int i = 0; i < WATCHES; i++)
		if (kernel.watched[i] == inode)
			return true;
	return false;
}

int bpf_watch_group(uint64_t inode, uint32_t slot)
{
	(void)slot;
	kernel.watches++;
	for (uint32_t i = 0; i < kernel.room; i++)
		if (kernel.watched[i] == 0) {
			kernel.watched[i] = inode;
			return 0;
		}
	return -E2BIG;
}

void bpf_drop_group(uint64_t inode)
{
	for (int i = 0; i < WATCHES; i++)
		if (kernel.watched[i] == inode)
			kernel.watched[i] = 0;
}

void bpf_answer_group(uint64_t inode)
{
	kernel.answered = inode;
	kernel.answers++;
}

static void happens(enum process_event_kind kind, uint64_t inode, uint32_t pid)
{
	ck_assert_uint_lt(kernel.count, EVENTS);
	kernel.events[kernel.count++] =
		(struct process_event){ .kind = kind, .inode = inode, .pid = pid };
}

static void put_slot(uint32_t slot, uint32_t generation, uint64_t inode)
{
	const struct roster_slot roster = { .generation = generation,
					    .parent = ROSTER_NO_SLOT,
					    .inode = inode,
					    .role = ROSTER_MANAGED };

	roster_write(tables.roster, slot, &roster);
	if (atomic_load(&tables.roster->slots_used) <= slot)
		atomic_store(&tables.roster->slots_used, slot + 1);
}

static void follow(void)
{
	sampled_copy(sampled);
	lifecycle_follow(lifecycle);
}

/* Everything that is told of has been read, long ago. */
static void read_all(void)
{
	for (uint32_t slot = 0; slot < sampled->used; slot++)
		lifecycle_answer(lifecycle, slot);
	ck_assert_uint_eq(lifecycle->told, 0);
	lifecycle->next_take = (struct nsec){ 0 };
}

static void setup(void)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.fd = FD;
	kernel.room = WATCHES;
	tables = (struct tables){
		.roster = calloc(1, sizeof(struct roster)),
		.facts = calloc(1, sizeof(struct facts)),
		.outcomes = calloc(1, sizeof(struct outcomes)),
		.pulse = calloc(1, sizeof(struct pulse)),
	};
	sampled = calloc(1, sizeof(*sampled));
	processes = calloc(1, sizeof(*processes));
	lifecycle = calloc(1, sizeof(*lifecycle));
	ck_assert(tables.roster && tables.facts && tables.outcomes && tables.pulse);
	ck_assert(sampled && processes && lifecycle);
	sampled_init(sampled, &tables);
	processes_init(processes, &tables);
	lifecycle_init(lifecycle, sampled, processes);
	put_slot(1, 10, 100);
	put_slot(2, 20, 200);
}

static void teardown(void)
{
	free(tables.roster);
	free(tables.facts);
	free(tables.outcomes);
	free(tables.pulse);
	free(sampled);
	free(processes);
	free(lifecycle);
}

static struct nsec ago(uint64_t msec)
{
	return (struct nsec){ clock_now().count - nsec_from_msec(msec).count };
}

static struct nsec in(uint64_t msec)
{
	return nsec_after(clock_now(), nsec_from_msec(msec));
}

/* The group to be read at @when, 0 for none. */
static uint32_t next_at(struct nsec when)
{
	uint32_t slot = 0;

	return lifecycle_next(lifecycle, when, &slot) ? slot : 0;
}

START_TEST(groups_are_watched_as_the_roster_changes)
{
	struct roster_slot gone = { .generation = 10,
				    .parent = ROSTER_NO_SLOT,
				    .inode = 100,
				    .role = ROSTER_MANAGED,
				    .want = ROSTER_WANT_GONE };

	follow();
	ck_assert(is_watched(100) && is_watched(200));
	ck_assert_uint_eq(lifecycle->told, 2); /* nobody knows what has happened before */
	follow();
	ck_assert_uint_eq(kernel.watches, 2);
	roster_write(tables.roster, 1, &gone);
	put_slot(2, 21, 201);
	follow();
	ck_assert(!is_watched(100) && !is_watched(200) && is_watched(201));
	ck_assert_uint_eq(lifecycle->told, 1);
	ck_assert_uint_eq(kernel.watches, 3);
}
END_TEST

START_TEST(group_in_another_slot_stays_watched)
{
	follow();
	put_slot(1, 11, 200);
	put_slot(2, 21, 300);
	follow();
	ck_assert(is_watched(200) && is_watched(300) && !is_watched(100));
}
END_TEST

START_TEST(group_without_room_is_tried_again)
{
	kernel.room = 1;
	follow();
	follow();
	ck_assert_uint_eq(kernel.watches, 2); /* not with every copy of the roster */
	ck_assert_uint_eq(lifecycle->told, 1);
	kernel.room = 2;
	lifecycle->next_watch = clock_now();
	follow();
	ck_assert(is_watched(100) && is_watched(200));
}
END_TEST

START_TEST(told_group_is_answered_and_read)
{
	follow();
	read_all();
	kernel.answers = 0;
	ck_assert_uint_eq(next_at(in(1000)), 0);
	happens(PROCESS_EVENT_GROUP, 200, 0);
	happens(PROCESS_EVENT_GROUP, 200, 0);
	happens(PROCESS_EVENT_GROUP, 999, 0); /* dropped in the meantime */
	ck_assert(!lifecycle_take(lifecycle));
	ck_assert_uint_eq(lifecycle->told, 1);
	ck_assert_uint_eq(next_at(clock_now()), 0); /* it may not be over */
	ck_assert_uint_eq(next_at(in(20)), 2);
	lifecycle_answer(lifecycle, 2);
	ck_assert_uint_eq(kernel.answered, 200);
	ck_assert_uint_eq(next_at(in(1000)), 0);
	lifecycle_answer(lifecycle, 2);
	ck_assert_uint_eq(kernel.answers, 1);
}
END_TEST

/* A reading of some milliseconds, a fork bomb's of many. */
START_TEST(pace_grows_with_the_cost)
{
	static const struct {
		uint64_t cost, pause;
	} rows[] = { { 0, 50 }, { 5, 50 }, { 20, 180 }, { 200, 1800 } };

	follow();
	read_all();
	lifecycle_read(lifecycle, 2, ago(rows[_i].cost));
	happens(PROCESS_EVENT_GROUP, 200, 0);
	(void)lifecycle_take(lifecycle);
	ck_assert_uint_eq(next_at(in(rows[_i].pause - 20)), 0);
	ck_assert_uint_eq(next_at(in(rows[_i].pause + 20)), 2);
}
END_TEST

START_TEST(all_groups_together_have_a_pace)
{
	follow();
	read_all();
	lifecycle_rest(lifecycle, ago(10));
	happens(PROCESS_EVENT_GROUP, 100, 0);
	happens(PROCESS_EVENT_GROUP, 200, 0);
	(void)lifecycle_take(lifecycle);
	lifecycle->next_take = (struct nsec){ 0 };
	ck_assert_uint_eq(next_at(in(70)), 0);
	ck_assert_uint_ge(lifecycle_deadline(lifecycle, clock_now()).count, in(70).count);
	ck_assert_uint_le(lifecycle_deadline(lifecycle, clock_now()).count, in(90).count);
	ck_assert_uint_ne(next_at(in(110)), 0);
}
END_TEST

START_TEST(groups_take_turns)
{
	uint32_t first, second;

	follow();
	first = next_at(in(20));
	lifecycle_answer(lifecycle, first);
	happens(PROCESS_EVENT_GROUP, first == 1 ? 100 : 200, 0);
	(void)lifecycle_take(lifecycle);
	second = next_at(in(20));
	ck_assert_uint_ne(first, 0);
	ck_assert_uint_ne(second, 0);
	ck_assert_uint_ne(first, second);
}
END_TEST

START_TEST(events_are_taken_in_portions)
{
	follow();
	read_all();
	(void)lifecycle_take(lifecycle);
	ck_assert_int_eq(lifecycle_poll(lifecycle, clock_now()), FD);
	ck_assert_uint_eq(lifecycle_deadline(lifecycle, clock_now()).count, UINT64_MAX);
	happens(PROCESS_EVENT_EXEC, 100, 7);
	(void)lifecycle_take(lifecycle);
	ck_assert_int_eq(lifecycle_poll(lifecycle, clock_now()), -1);
	ck_assert_uint_le(lifecycle_deadline(lifecycle, clock_now()).count, in(50).count);
	happens(PROCESS_EVENT_GROUP, 100, 0);
	(void)lifecycle_take(lifecycle);
	ck_assert_uint_eq(kernel.count, 1);
	ck_assert_int_eq(lifecycle_poll(lifecycle, in(50)), FD);
}
END_TEST

START_TEST(failure_is_not_tried_at_once)
{
	follow();
	read_all();
	kernel.error = -EINVAL;
	(void)lifecycle_take(lifecycle);
	ck_assert_int_eq(lifecycle_poll(lifecycle, in(900)), -1);
	ck_assert_int_eq(lifecycle_poll(lifecycle, in(1100)), FD);
}
END_TEST

START_TEST(lost_events_make_everything_old)
{
	follow();
	read_all();
	kernel.lost = 3;
	ck_assert(lifecycle_take(lifecycle));
	ck_assert_uint_eq(lifecycle->told, 2);
	kernel.answers = 0;
	read_all();
	ck_assert_uint_eq(kernel.answers, 2); /* else they would never be told of again */
	ck_assert(!lifecycle_take(lifecycle));
}
END_TEST

/* In the group of slot 2, with details. */
static struct process *put_process(uint32_t pid)
{
	struct process *process = &processes->list[0];

	*process = (struct process){
		.state = PROCESS_LIVING,
		.pidfd = -1,
		.generation = 1,
		.fact = { .generation = 1,
			  .pid = pid,
			  .slot = 2,
			  .comm = "name",
			  .start_nsec = 77,
			  .flags = FACT_DETAILS | FACT_CMDLINE },
	};
	processes->used = 1;
	processes->bucket[pid & (PROCESSES_BUCKETS - 1)] = 1;
	processes_update(processes, process);
	return process;
}

START_TEST(executed_program_is_asked_about)
{
	struct process *process = put_process(7);
	struct fact fact = process->fact;

	follow();
	read_all();
	happens(PROCESS_EVENT_EXEC, 200, 8);
	happens(PROCESS_EVENT_EXEC, 200, 7);
	(void)lifecycle_take(lifecycle);
	ck_assert_uint_eq(next_at(in(20)), 2);
	ck_assert_int_eq(facts_read(tables.facts, 0, &fact), 0);
	ck_assert_uint_eq(fact.flags & (FACT_DETAILS | FACT_CMDLINE), 0);
	ck_assert_uint_eq(fact.start_nsec, 77);
	ck_assert(!processes->due[0]); /* its group is read first: it may have another name */
	process_details_carry(processes, process, &fact, false);
	ck_assert(processes->due[0]);
	processes->due[0] = false;
	process_details_carry(processes, process, &fact, false);
	ck_assert(!processes->due[0]);
}
END_TEST

START_TEST(moved_process_makes_its_former_group_old)
{
	(void)put_process(7);
	follow();
	read_all();
	happens(PROCESS_EVENT_MOVED, 555, 7);
	(void)lifecycle_take(lifecycle);
	ck_assert_uint_eq(next_at(in(20)), 2);
	ck_assert(processes->list[0].fact.flags & FACT_DETAILS);
}
END_TEST

START_TEST(without_the_programs_nothing_is_done)
{
	kernel.fd = -ENOENT;
	lifecycle_init(lifecycle, sampled, processes);
	follow();
	kernel.lost = 1;
	ck_assert(!lifecycle_take(lifecycle));
	ck_assert_uint_eq(kernel.watches, 0);
	ck_assert_uint_eq(next_at(in(1000)), 0);
	ck_assert_int_eq(lifecycle_poll(lifecycle, clock_now()), -1);
	ck_assert_uint_eq(lifecycle_deadline(lifecycle, clock_now()).count, UINT64_MAX);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("lifecycle", &tests);

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, groups_are_watched_as_the_roster_changes);
	tcase_add_test(tests, group_in_another_slot_stays_watched);
	tcase_add_test(tests, group_without_room_is_tried_again);
	tcase_add_test(tests, told_group_is_answered_and_read);
	tcase_add_loop_test(tests, pace_grows_with_the_cost, 0, 4);
	tcase_add_test(tests, all_groups_together_have_a_pace);
	tcase_add_test(tests, groups_take_turns);
	tcase_add_test(tests, events_are_taken_in_portions);
	tcase_add_test(tests, failure_is_not_tried_at_once);
	tcase_add_test(tests, lost_events_make_everything_old);
	tcase_add_test(tests, executed_program_is_asked_about);
	tcase_add_test(tests, moved_process_makes_its_former_group_old);
	tcase_add_test(tests, without_the_programs_nothing_is_done);
	return unit_run(suite);
}
