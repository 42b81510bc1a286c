/*
 * The table of processes, without a kernel: entries are put in as the sampler would have left them. Who
 * shares with whom, what is carried from one sampling to the next, when the reader is due, and who makes
 * room in a full table.
 * Linked with supervisor/processes.c and what it needs.
 */
#include "base/clock.h"
#include "supervisor/process_details.h"
#include "supervisor/process_room.h"
#include "supervisor/sharing.h"
#include "unit/unit.h"

static struct tables tables;
static struct processes *processes;

static void setup(void)
{
	tables = (struct tables){
		.facts = calloc(1, sizeof(struct facts)),
		.pulse = calloc(1, sizeof(struct pulse)),
	};
	processes = calloc(1, sizeof(*processes));
	ck_assert(tables.facts && tables.pulse && processes);
	processes_init(processes, &tables);
}

static void teardown(void)
{
	free(tables.facts);
	free(tables.pulse);
	free(processes);
}

/* @pid living in @slot under @parent; table and facts know it. */
static struct process *put(uint32_t pid, uint32_t slot, uint32_t parent)
{
	struct process *process = &processes->list[processes->used];
	uint32_t *bucket = &processes->bucket[pid & (PROCESSES_BUCKETS - 1)];

	*process = (struct process){
		.state = PROCESS_LIVING,
		.pidfd = -1,
		.generation = pid + 1000,
		.next = *bucket,
		.fact = { .generation = pid + 1000,
			  .pid = pid,
			  .slot = slot,
			  .comm = "name",
			  .parent_pid = parent,
			  .vm_size = 4096,
			  .anon = pid },
	};
	processes->used++;
	processes->unposted++;
	*bucket = processes->used;
	process_details_begin(processes, process);
	processes_update(processes, process);
	return process;
}

static struct fact fact_of(const struct process *process)
{
	struct fact fact;

	ck_assert_int_eq(facts_read(tables.facts, processes_index(processes, process), &fact), 0);
	return fact;
}

static bool *due(const struct process *process)
{
	return &processes->due[processes_index(processes, process)];
}

static void carry(struct process *process, const char *comm, bool periodic)
{
	struct fact fact = { .pid = process->fact.pid, .vm_size = process->fact.vm_size };

	(void)snprintf(fact.comm, sizeof(fact.comm), "%s", comm);
	process_details_carry(processes, process, &fact, periodic);
}

static void answer(struct process *process, const char *exe, const char *cmdline)
{
	struct reader_answer text = { .details = { .start_nsec = 77 } };

	(void)snprintf(text.details.exe, sizeof(text.details.exe), "%s", exe);
	(void)snprintf(text.details.cmdline, sizeof(text.details.cmdline), "%s", cmdline);
	*due(process) = false;
	process_details_apply(processes, process, &text);
}

START_TEST(sharers_have_the_lowest_pid)
{
	struct process *c = put(30, 1, 20), *a = put(10, 1, 1), *b = put(20, 1, 10),
		       *other = put(5, 1, 1);

	sharing_join(processes, c, b);
	ck_assert_uint_eq(fact_of(b).mm, 20);
	ck_assert_uint_eq(fact_of(c).mm, 20);
	sharing_join(processes, b, a);
	ck_assert_uint_eq(fact_of(a).mm, 10);
	ck_assert_uint_eq(fact_of(b).mm, 10);
	ck_assert_uint_eq(fact_of(c).mm, 10);
	ck_assert_uint_eq(fact_of(other).mm, 0);
}
END_TEST

START_TEST(two_groups_of_sharers_become_one)
{
	struct process *list[] = { put(40, 1, 1), put(41, 1, 40), put(42, 1, 40), put(43, 1, 42) };

	sharing_join(processes, list[0], list[1]);
	sharing_join(processes, list[2], list[3]);
	ck_assert_uint_eq(fact_of(list[3]).mm, 42);
	sharing_join(processes, list[2], list[0]);
	for (int i = 0; i < UNIT_COUNT(list); i++)
		ck_assert_uint_eq(fact_of(list[i]).mm, 40);
}
END_TEST

START_TEST(others_share_on_without_the_first)
{
	struct process *a = put(10, 1, 1), *b = put(20, 1, 10), *c = put(30, 1, 10);

	sharing_join(processes, a, b);
	sharing_join(processes, a, c);
	processes_leave(processes, a);
	ck_assert_uint_eq(fact_of(b).mm, 20);
	ck_assert_uint_eq(fact_of(c).mm, 20);
	sharing_leave(processes, b);
	ck_assert_uint_eq(fact_of(b).mm, 0);
	ck_assert_uint_eq(fact_of(c).mm, 0);
}
END_TEST

START_TEST(another_size_is_another_memory)
{
	struct process *a = put(10, 1, 1), *b = put(20, 1, 10);

	sharing_join(processes, a, b);
	sharing_check(processes, b);
	ck_assert_uint_eq(fact_of(b).mm, 10);
	b->fact.vm_size *= 2;
	b->asking.again = false;
	sharing_check(processes, b);
	ck_assert_uint_eq(fact_of(a).mm, 0);
	ck_assert_uint_eq(fact_of(b).mm, 0);
	ck_assert(b->asking.again);
}
END_TEST

START_TEST(child_is_what_its_parent_is)
{
	struct process *parent = put(10, 1, 1), *child, *stranger;

	child = put(20, 1, 10);
	ck_assert(!(fact_of(child).flags & FACT_DETAILS));
	answer(parent, "java", "java -jar x");
	child = put(21, 1, 10);
	ck_assert_str_eq(fact_of(child).exe, "java");
	ck_assert_str_eq(fact_of(child).cmdline, "java -jar x");
	ck_assert(fact_of(child).flags & FACT_DETAILS);
	ck_assert(fact_of(child).flags & FACT_CMDLINE);
	ck_assert_uint_ne(fact_of(child).start_nsec, 77);
	ck_assert(*due(child));
	(void)snprintf(parent->fact.comm, sizeof(parent->fact.comm), "renamed");
	stranger = put(22, 1, 10);
	ck_assert(!(fact_of(stranger).flags & FACT_DETAILS));
}
END_TEST

START_TEST(details_outlive_a_sampling)
{
	struct process *process = put(10, 1, 1);

	answer(process, "java", "java -jar x");
	carry(process, "name", false);
	ck_assert_str_eq(process->fact.exe, "java");
	ck_assert_str_eq(process->fact.cmdline, "java -jar x");
	ck_assert_uint_eq(process->fact.start_nsec, 77);
	ck_assert_uint_eq(process->fact.slot, 1);
	ck_assert(process->fact.flags & FACT_DETAILS);
}
END_TEST

START_TEST(reader_is_due_twice_and_then_seldom)
{
	struct process *process = put(10, 1, 1);

	ck_assert(*due(process));
	answer(process, "sh", "sh");
	carry(process, "name", false);
	ck_assert(!*due(process)); /* the handler's question is no time for that */
	carry(process, "name", true);
	ck_assert(*due(process));
	answer(process, "java", "java");
	carry(process, "name", true);
	ck_assert(!*due(process));
	process->asking.refresh_at = clock_now();
	carry(process, "name", true);
	ck_assert(*due(process));
}
END_TEST

START_TEST(another_name_is_asked_about)
{
	struct process *process = put(10, 1, 1), *partner = put(20, 1, 10);

	answer(process, "sh", "sh");
	sharing_join(processes, process, partner);
	carry(process, "java", false);
	ck_assert(*due(process));
	ck_assert(!(process->fact.flags & (FACT_DETAILS | FACT_CMDLINE)));
	ck_assert_uint_eq(process->fact.mm, 0);
	ck_assert_uint_eq(partner->fact.mm, 0);
	ck_assert_uint_eq(process->fact.start_nsec, 77);
}
END_TEST

START_TEST(another_program_under_the_same_name_is_asked_about)
{
	struct process *process = put(10, 1, 1), *partner = put(20, 1, 10);

	answer(process, "sh", "sh");
	sharing_join(processes, process, partner);
	process_details_executed(processes, process);
	ck_assert_uint_eq(fact_of(process).flags & (FACT_DETAILS | FACT_CMDLINE), 0);
	ck_assert_uint_eq(fact_of(partner).mm, 0);
	carry(process, "name", false);
	ck_assert(*due(process));
	answer(process, "sh", "sh -c x");
	ck_assert_uint_eq(fact_of(process).flags & (FACT_DETAILS | FACT_CMDLINE),
			  FACT_DETAILS | FACT_CMDLINE);
	carry(process, "name", false);
	ck_assert(!*due(process));
	process_details_refuse(processes, process);
	process_details_executed(processes, process);
	carry(process, "name", false);
	ck_assert(process_details_may_ask(process, clock_now()));
}
END_TEST

START_TEST(refused_is_asked_again_under_another_name_only)
{
	struct process *process = put(10, 1, 1);

	process_details_refuse(processes, process);
	ck_assert(fact_of(process).flags & FACT_DETAILS_REFUSED);
	ck_assert(!process_details_may_ask(process, clock_now()));
	carry(process, "name", true);
	ck_assert(!process_details_may_ask(process, clock_now()));
	carry(process, "other", true);
	ck_assert(*due(process) && process_details_may_ask(process, clock_now()));
}
END_TEST

START_TEST(each_lost_reader_doubles_the_pause)
{
	struct process *process = put(10, 1, 1);
	uint64_t before;

	process_details_cost(processes, process);
	carry(process, "second", true);
	ck_assert(!process_details_may_ask(process, clock_now()));
	before = process->asking.back_off.count;
	process_details_cost(processes, process);
	ck_assert_uint_eq(process->asking.back_off.count, 2 * before);
	carry(process, "third", true);
	ck_assert(process_details_may_ask(process, process->asking.not_before));
}
END_TEST

/* In a sampling of its own. */
static struct processes_place in_slot(uint32_t slot)
{
	static uint32_t round;

	return (struct processes_place){ .slot = slot, .round = ++round };
}

/* Pids from 1 on: the first one is the smallest. */
static void fill(uint32_t crowd_slot, uint32_t crowd, uint32_t other_slot)
{
	for (uint32_t i = 0; i < FACTS_PROCESSES; i++)
		(void)put(i + 1, i < crowd ? crowd_slot : other_slot, 0);
}

START_TEST(smaller_makes_room_for_larger)
{
	const struct fact small = { .anon = 1 }, large = { .anon = FACTS_PROCESSES };

	fill(3, FACTS_PROCESSES / 2, 4);
	ck_assert_ptr_null(process_room_find(processes, in_slot(5), &small));
	ck_assert_ptr_eq(process_room_find(processes, in_slot(3), &large), &processes->list[0]);
}
END_TEST

START_TEST(crowd_makes_room_for_strangers)
{
	const struct fact small = { .anon = 1 };

	fill(3, FACTS_PROCESSES / 2 + 1, 4);
	ck_assert_ptr_null(process_room_find(processes, in_slot(3), &small));
	ck_assert_ptr_eq(process_room_find(processes, in_slot(5), &small), &processes->list[0]);
	/* Now it has half of the table, and keeps that against smaller ones. */
	processes->list[0] = processes->list[FACTS_PROCESSES - 1];
	ck_assert_ptr_null(process_room_find(processes, in_slot(5), &small));
}
END_TEST

START_TEST(crowd_displaces_nobody_else)
{
	const struct fact large = { .anon = 2 * FACTS_PROCESSES };

	fill(4, FACTS_PROCESSES / 2 - 1, 3);
	ck_assert_ptr_eq(process_room_find(processes, in_slot(3), &large),
			 &processes->list[FACTS_PROCESSES / 2 - 1]);
}
END_TEST

START_TEST(refusal_holds_for_the_sampling)
{
	const struct fact small = { .anon = 1 }, larger = { .anon = 2 };
	struct processes_place place = in_slot(5);
	struct process *room = &processes->list[7];

	fill(3, FACTS_PROCESSES / 2, 4);
	ck_assert_ptr_null(process_room_find(processes, place, &small));
	*room = (struct process){ .pidfd = -1 };
	ck_assert_ptr_null(process_room_find(processes, place, &small));
	ck_assert_ptr_eq(process_room_find(processes, place, &larger), room);
	ck_assert_ptr_eq(process_room_find(processes, in_slot(5), &small), room);
	place.slot = 6;
	ck_assert_ptr_eq(process_room_find(processes, place, &small), room);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("processes", &tests);

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, sharers_have_the_lowest_pid);
	tcase_add_test(tests, two_groups_of_sharers_become_one);
	tcase_add_test(tests, others_share_on_without_the_first);
	tcase_add_test(tests, another_size_is_another_memory);
	tcase_add_test(tests, child_is_what_its_parent_is);
	tcase_add_test(tests, details_outlive_a_sampling);
	tcase_add_test(tests, reader_is_due_twice_and_then_seldom);
	tcase_add_test(tests, another_name_is_asked_about);
	tcase_add_test(tests, another_program_under_the_same_name_is_asked_about);
	tcase_add_test(tests, refused_is_asked_again_under_another_name_only);
	tcase_add_test(tests, each_lost_reader_doubles_the_pause);
	tcase_add_test(tests, smaller_makes_room_for_larger);
	tcase_add_test(tests, crowd_makes_room_for_strangers);
	tcase_add_test(tests, crowd_displaces_nobody_else);
	tcase_add_test(tests, refusal_holds_for_the_sampling);
	return unit_run(suite);
}
