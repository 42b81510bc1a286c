/*
 * The snapshot's sizes: of every process of a group and the groups below it, the programs in the kernel say
 * exactly what /proc says, both of them the same, however many there are; and where there are too many, the
 * largest are kept.
 *
 *     scratch
 *     └── web (256 MiB)    member-0, member-2, ...
 *         └── below        member-1, member-3, ...
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup/test.h"
#include "programs/crowd.h"
#include "programs/programs.h"
#include "programs/witness.h"

#define ALL_COUNTERS UINT32_MAX /* are added up, however many processors there are */
#define EVERYBODY (FACT_DETAILS | FACT_HOST_PID_NAMESPACE)

static struct cg web, below;
static const struct crowd *crowd;
static struct roll first; /* answer */

static void prepare(enum bpf_part part, struct bpf_wish wish)
{
	programs_load(part, wish);
	web = cg_make("web", 256);
	below = cg_make("web/below", 0);
}

static void expect_member(const struct roll_task *task, const struct cg *cg)
{
	expect(task);
	witness_expect(task);
	expect(task->inode == cg_inode(cg));
	expect(task->live == task->pid && task->mm == 0);
	if (task->flags != EVERYBODY)
		test_fail(TEST_HERE, "%u: flags %#x", task->pid, task->flags);
}

static void expect_all_known(const struct roll *roll)
{
	expect(roll->answer.total == crowd->count && roll->answer.listed == crowd->count);
	expect(roll->answer.estimated == 0);
	for (unsigned int i = 0; i < crowd->count; i++)
		expect_member(programs_find(roll, crowd->pid[i]), i % 2 ? &below : &web);
}

static void expect_same(const struct roll *roll)
{
	expect(roll->answer.total == first.answer.total);
	expect(memcmp(roll->answer.sizes, first.answer.sizes, sizeof(first.answer.sizes)) == 0);
	for (uint32_t i = 0; i < first.answer.listed; i++) {
		const struct roll_task *one = &first.task[i], *other;

		other = programs_find(roll, (pid_t)one->pid);
		expect(other && memcmp(one, other, sizeof(*one)) == 0);
	}
}

static void crowd_is_known(unsigned int count)
{
	struct nsec begin;

	prepare(BPF_PART_ROLL, (struct bpf_wish){ .counters_most = ALL_COUNTERS });
	crowd = crowd_start(&web, &below,
			    (struct crowd_plan){ .count = count, .step_kib = 4, .steps = 16 });
	begin = clock_now();
	first = *programs_call(programs_question(&web));
	test_note("%u processes: %llu us with a copy of the roll", count,
		  (unsigned long long)(nsec_between(begin, clock_now()).count / NSEC_PER_USEC));
	expect_all_known(&first);
	expect_same(programs_iterate(programs_question(&web)));
}

static void one(void)
{
	crowd_is_known(1);
}

static void ten(void)
{
	crowd_is_known(10);
}

static void hundred(void)
{
	crowd_is_known(100);
}

static void thousand(void)
{
	crowd_is_known(1000);
}

/* Where the walk over a group is not to be had, this is all there is: it must not depend on the other. */
static void by_iterator_alone(void)
{
	prepare(BPF_PART_ITER, (struct bpf_wish){ .counters_most = ALL_COUNTERS });
	crowd = crowd_start(&web, &below,
			    (struct crowd_plan){ .count = 50, .step_kib = 4, .steps = 16 });
	expect_all_known(programs_iterate(programs_question(&web)));
}

/* The subtree that is asked for, not more. */
static void group_below_alone(void)
{
	const struct roll *roll;

	prepare(BPF_PART_ROLL, (struct bpf_wish){ .counters_most = ALL_COUNTERS });
	crowd = crowd_start(&web, &below,
			    (struct crowd_plan){ .count = 20, .step_kib = 4, .steps = 16 });
	roll = programs_call(programs_question(&below));
	expect(roll->answer.total == 10);
	for (unsigned int i = 0; i < crowd->count; i++)
		expect((programs_find(roll, crowd->pid[i]) != NULL) == (i % 2 == 1));
	first = *roll;
	expect_same(programs_iterate(programs_question(&below)));
}

/* The bound from which on all that are as large find room, as the handler takes it. */
static uint64_t bound_of(const struct roll_answer *answer, uint32_t most)
{
	uint32_t class = ROLL_SIZES, above = 0;

	while (class > 0 && above + answer->sizes[class - 1] <= most)
		above += answer->sizes[--class];
	return roll_size_floor(class);
}

static unsigned int met(const struct roll_answer *answer)
{
	unsigned int all = 0;

	for (int i = 0; i < ROLL_SIZES; i++)
		all += answer->sizes[i];
	return all;
}

#define ROOM 8

static void expect_largest_kept(const struct roll *roll)
{
	uint64_t smallest_kept = UINT64_MAX, largest_dropped = 0;

	expect(met(&roll->answer) == crowd->count && roll->answer.total == crowd->count);
	expect(roll->answer.listed > 0 && roll->answer.listed <= ROOM);
	for (unsigned int i = 0; i < crowd->count; i++) {
		uint64_t pages = witness_resident((uint32_t)crowd->pid[i]);

		if (programs_find(roll, crowd->pid[i]))
			smallest_kept = pages < smallest_kept ? pages : smallest_kept;
		else
			largest_dropped = pages > largest_dropped ? pages : largest_dropped;
	}
	test_note("%u of %u kept: from %llu pages on; dropped: up to %llu", roll->answer.listed,
		  roll->answer.total, (unsigned long long)smallest_kept,
		  (unsigned long long)largest_dropped);
	expect(smallest_kept >= largest_dropped);
}

/* 24 from 512 KiB to 12 MiB: what a processor has not handed over yet changes no order. */
static void crowd_of_many_sizes(struct bpf_wish wish)
{
	prepare(BPF_PART_ROLL, wish);
	crowd = crowd_start(&web, &below,
			    (struct crowd_plan){ .count = 24, .step_kib = 512, .steps = 24 });
}

static void largest_are_kept(void)
{
	struct roll_question question;
	const struct roll *roll;

	crowd_of_many_sizes((struct bpf_wish){ .tasks_most = ROOM });
	question = programs_question(&web);
	roll = programs_call(question);
	expect(roll->answer.total == 24 && roll->answer.listed == ROOM);
	question.at_least = bound_of(&roll->answer, ROOM);
	expect_largest_kept(programs_call(question));
	expect_largest_kept(programs_iterate(question));
}

/* Exactly the largest are added up; of the others it is said that they are not. */
static void expect_estimates_flagged(const struct roll *roll, uint64_t exact_from)
{
	unsigned int exact = 0;

	for (uint32_t i = 0; i < roll->answer.listed; i++) {
		const struct roll_task *task = &roll->task[i];

		if (task->flags & FACT_ESTIMATED)
			continue;
		witness_expect(task);
		expect(witness_resident(task->pid) + ROLL_SIZES >= exact_from);
		exact++;
	}
	expect(exact > 0 && exact <= roll->answer.exact_most);
	expect(roll->answer.estimated == roll->answer.listed - exact);
}

static void estimates_are_flagged(void)
{
	unsigned int counters = 4 * (unsigned int)sysconf(_SC_NPROCESSORS_CONF);
	struct roll_question question;
	const struct roll *roll;

	crowd_of_many_sizes((struct bpf_wish){ .counters_most = 6 * counters });
	question = programs_question(&web);
	roll = programs_call(question);
	expect(roll->answer.exact_most > 0 && roll->answer.exact_most < 24);
	expect(roll->answer.estimated == 24 - roll->answer.exact_most);
	expect_estimates_flagged(roll, 0);
	question.exact_from = bound_of(&roll->answer, roll->answer.exact_most);
	roll = programs_call(question);
	expect_estimates_flagged(roll, question.exact_from);
	expect(!(programs_find(roll, crowd->pid[23])->flags & FACT_ESTIMATED));
	expect_estimates_flagged(programs_iterate(question), question.exact_from);
}

/* One that is being removed is still met for some milliseconds, with nobody in it. */
static void removed_group_is_said_to_be_gone(void)
{
	struct roll_question question;
	const struct roll *roll;

	prepare(BPF_PART_ROLL, (struct bpf_wish){ .roll = -1 });
	question = programs_question(&below);
	roll = programs_call(question);
	expect(roll->answer.total == 0);
	cg_remove(&below);
	expect_within(2000, programs_call_any(question)->answer.error == -ENODEV);
	expect(roll->answer.number == roll->question.number && roll->answer.complete == 0);
	expect(roll->answer.listed == 0 && roll->answer.total == 0);
}

/* What it was charged for and nobody gives back keeps the kernel's side of it alive, not the group. */
static void removed_group_with_memory_is_gone_too(void)
{
	struct roll_question question;
	struct task *task;
	char path[256];
	int fd;

	prepare(BPF_PART_ROLL, (struct bpf_wish){ .roll = -1 });
	question = programs_question(&below);
	task = task_start(&below, "charged");
	(void)snprintf(path, sizeof(path), "%s/charged", test_folder());
	fd = open(path, O_RDWR | O_CREAT, 0644);
	expect(fd >= 0 && ftruncate(fd, 4096) == 0);
	task_fault_file(task, path);
	expect_within(5000, cg_get(&below, "memory.usage_in_bytes") > 0);
	task_kill(task);
	cg_remove(&below);
	expect_within(5000, programs_call_any(question)->answer.error == -ENODEV);
}

static const struct test tests[] = {
	{ .name = "one", .run = one },
	{ .name = "ten", .run = ten },
	{ .name = "hundred", .run = hundred },
	{ .name = "thousand", .run = thousand },
	{ .name = "by-iterator-alone", .run = by_iterator_alone },
	{ .name = "group-below-alone", .run = group_below_alone },
	{ .name = "largest-are-kept", .run = largest_are_kept },
	{ .name = "estimates-are-flagged", .run = estimates_are_flagged },
	{ .name = "removed-group-is-said-to-be-gone", .run = removed_group_is_said_to_be_gone },
	{ .name = "removed-group-with-memory-is-gone-too",
	  .run = removed_group_with_memory_is_gone_too },
};
TEST_MAIN(tests)
