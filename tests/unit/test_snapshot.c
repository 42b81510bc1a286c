/*
 * The snapshot by its sources: what the roll and the facts say of the same process, what is done with an
 * answer that is cut or wrong, which source is asked next, and when a failed one is tried again.
 *
 * Links: all of daemon/handler but its loop. bpf_run() is a double: there is no kernel in a unit test to
 * load a program into, so it fills the roll as a program would; that the programs do so is shown by
 * the tests on real groups. A one-shot descriptor is an empty file here, and its answer stands in the
 * roll before it is read.
 */
#include "group.h"
#include "handler/decision.h"
#include "handler/source.h"
#include "ranking/compile.h"
#include "shared/bpf_call.h"

#define CROWD (ROLL_TASKS + 1000)
#define PAGE 4096ULL
#define PROGRAM_FIRST 700 /* no descriptor has this number */
#define TICK (NSEC_PER_SEC / 100)
#define START (1234 * TICK)
#define FUTURE (UINT64_MAX / 2)

/* Who lives there, as the double tells it, and how it goes wrong. */
static struct roll_task crowd[CROWD];
static uint32_t crowd_count;
static uint32_t exact_most;
static struct {
	int run; /* what bpf_run() says */
	int answer;
	bool silent; /* the program does not get to the question */
	bool unfinished;
	bool trusting; /* orders are let pass whatever start they name */
} wrong;
static uint32_t runs[ROLL_PROGRAM_COUNT];
static struct roll_question questions[4];

static uint64_t pages_of(const struct roll_task *task)
{
	return (task->anon + task->file + task->shmem + task->swap) / PAGE;
}

/* Only so many of the class at the bound. */
static bool is_crowded_out(const struct roll_task *task)
{
	uint32_t class = roll_size_class(pages_of(task));

	return roll.question.class_most && class == roll_size_class(roll.question.at_least) &&
	       roll.answer.sizes[class] > roll.question.class_most;
}

static void list_task(const struct roll_task *task)
{
	struct roll_answer *answer = &roll.answer;

	answer->total++;
	answer->sizes[roll_size_class(pages_of(task))]++;
	if (answer->listed == ROLL_TASKS || pages_of(task) < roll.question.at_least ||
	    is_crowded_out(task))
		return;
	roll.task[answer->listed] = *task;
	if (task->flags & FACT_ESTIMATED) {
		answer->estimated++;
	} else if (exact_most && (pages_of(task) < roll.question.exact_from ||
				  answer->listed - answer->estimated == exact_most)) {
		roll.task[answer->listed].flags |= FACT_ESTIMATED;
		answer->estimated++;
	}
	answer->listed++;
}

static void answer(void)
{
	memset(&roll.answer, 0, sizeof(roll.answer));
	roll.answer.exact_most = exact_most;
	for (uint32_t i = 0; i < crowd_count; i++)
		list_task(&crowd[i]);
	roll.answer.error = wrong.answer;
	roll.answer.complete = !wrong.unfinished;
	if (!wrong.silent)
		roll.answer.number = roll.question.number;
}

int bpf_run(int program)
{
	uint32_t number = (uint32_t)(program - PROGRAM_FIRST);

	ck_assert_uint_lt(number, ROLL_PROGRAM_COUNT);
	if (number == ROLL_CALL)
		questions[runs[number] % UNIT_COUNT(questions)] = roll.question;
	runs[number]++;
	if (wrong.run < 0)
		return wrong.run;
	if (number == ROLL_CALL)
		answer();
	for (uint32_t i = 0; number != ROLL_CALL && i < roll.orders; i++) {
		roll.order[i].error = wrong.trusting ? 0 : -ESRCH;
		roll.carried_out = i + 1;
	}
	return 0;
}

static void programs_come(void)
{
	for (int i = 0; i < ROLL_PROGRAM_COUNT; i++)
		atomic_store(&handler.adopt.programs.fd[i], PROGRAM_FIRST + i);
	atomic_store(&handler.adopt.programs.generation, 1);
	source_test(&handler);
}

/* As if they had been tried just now. */
static void iterators_come(void)
{
	atomic_store(&outcomes.sources[SOURCE_ITER].tried_nsec, handler.now.count);
	for (int i = 0; i < WIRE_ITERATORS_MAX; i++)
		atomic_store(&handler.adopt.programs.iterators[i], unit_file(""));
	source_test(&handler);
}

static struct roll_task *task_put(uint32_t pid, uint64_t pages)
{
	struct roll_task *task = &crowd[crowd_count++];

	*task = (struct roll_task){ .pid = pid,
				    .live = pid + 1,
				    .start_nsec = START + 77,
				    .inode = 100 + GROUP,
				    .anon = pages * PAGE,
				    .comm = "worker",
				    .exe = "program" };
	return task;
}

/* What the sampler would have of the same process. */
static struct fact fact_like(const struct roll_task *task)
{
	struct fact fact = { .generation = 5,
			     .pid = task->pid,
			     .slot = GROUP,
			     .slot_generation = 7,
			     .flags = FACT_DETAILS | FACT_CMDLINE,
			     .mm = 3,
			     .start_nsec = START,
			     .anon = MIB,
			     .cmdline = "program --now" };

	memcpy(fact.comm, task->comm, sizeof(fact.comm));
	memcpy(fact.exe, task->exe, sizeof(fact.exe));
	return fact;
}

static void take(void)
{
	const struct snapshot_question question = { .slot = GROUP, .rules = &rules };

	snapshot_take(&handler, &question);
}

static const struct candidate *candidate_with(uint32_t pid)
{
	for (uint32_t i = 0; i < handler.snapshot.count; i++)
		if (handler.snapshot.list[i].who.pid == pid)
			return &handler.snapshot.list[i];
	ck_abort_msg("nobody is %u", pid);
	return NULL;
}

static void setup_roll(void)
{
	struct policy_rule protect = { .list = RULE_PROTECT, .kind = RULE_CMDLINE };
	const char *reason;

	setup();
	for (uint32_t i = 0; i < PEOPLE; i++)
		facts_write(&facts, i, &(struct fact){ .generation = 0 });
	ck_assert_int_eq(compile_pattern("*--now", COMPILE_NAME, &protect.pattern, &reason), 0);
	rules.rule[rules.count++] = protect; /* without a command line: a doubt */
	atomic_store(&pulse.guardian.pid, 900);
	atomic_store(&pulse.handler.pid, 901);
	programs_come();
	memset(runs, 0, sizeof(runs));
}

START_TEST(roll_is_believed)
{
	struct roll_task *task = task_put(50, 300);
	const struct candidate *candidate;

	task->file = 10 * PAGE;
	task->shmem = 20 * PAGE;
	task->swap = 30 * PAGE;
	task->page_tables = 9000;
	task->vm_size = 1000 * PAGE;
	task->uid = 33;
	task->oom_score_adj = -7;
	task->mm = 0xffff888012345678;
	task->flags = FACT_ASLEEP | FACT_MMAP_READERS | FACT_ESTIMATED;
	facts_write(&facts, 2, &(struct fact){ .generation = 0 });
	take();
	ck_assert_int_eq(handler.snapshot.source, SOURCE_BPF);
	ck_assert_int_eq(handler.snapshot.error, 0);
	ck_assert_uint_eq(handler.snapshot.count, 1);
	ck_assert_uint_eq(handler.snapshot.estimated, 1);
	ck_assert(handler.snapshot.complete && handler.snapshot.missed == 0);
	ck_assert_uint_eq(handler.snapshot.age.count, 0);
	candidate = candidate_with(50);
	ck_assert_uint_eq(candidate->index, CANDIDATE_NO_SEAT);
	ck_assert(!candidate->unknown && candidate->seen);
	ck_assert_uint_eq(candidate->slot, GROUP);
	ck_assert_uint_eq(candidate->live, 51);
	ck_assert_uint_eq(candidate->mm, 0xffff888012345678);
	ck_assert_uint_eq(candidate->verdict.doubt, 1);
	ck_assert_uint_eq(candidate->who.flags, task->flags | FACT_DETAILS);
	ck_assert_uint_eq(candidate->who.start_nsec, START + 77);
	ck_assert_uint_eq(candidate->who.uid, 33);
	ck_assert_int_eq(candidate->who.oom_score_adj, -7);
	ck_assert_uint_eq(candidate->who.rss, 330 * PAGE);
	ck_assert_uint_eq(candidate->who.swap, 30 * PAGE);
	ck_assert_uint_eq(candidate->who.page_tables, 9000);
	ck_assert_uint_eq(candidate->who.vm_size, 1000 * PAGE);
	ck_assert_uint_eq(candidate->who.inode, 100 + GROUP);
	ck_assert_str_eq(candidate->who.comm, "worker");
	ck_assert_str_eq(candidate->who.exe, "program");
}
END_TEST

static const struct {
	struct fact fact; /* what is different from the process of the roll */
	bool seat;
	bool cmdline;
} recalled[] = {
	{ .seat = true, .cmdline = true },
	{ .fact = { .start_nsec =
			    START - 1 } }, /* the number stood for another one a tick before */
	{ .fact = { .start_nsec = START + TICK } }, /* another one has got the number since */
	/* Its start is not read yet: it was met this long after, and has the number still. */
	{ .fact = { .start_nsec = START + NSEC_PER_SEC + 1, .flags = FACT_CMDLINE },
	  .seat = true,
	  .cmdline = true },
	{ .fact = { .start_nsec = START + NSEC_PER_SEC + 1 }, /* its details are its parent's */
	  .seat = true,
	  .cmdline = true },
	{ .fact = { .start_nsec = START + 76 } }, /* a former one was met before this one began */
	{ .fact = { .start_nsec = FUTURE } }, /* another one was met since the question */
	{ .fact = { .pid = 51 } },
	{ .fact = { .exe = "mount" },
	  .seat = true,
	  .cmdline = true }, /* a file mounted on another */
	{ .fact = { .comm = "shell" }, .seat = true }, /* it has called exec since */
	{ .fact = { .flags = FACT_DETAILS }, .seat = true },
	{ .fact = { .slot = CHILD } }, /* not of the subtree: there is no such slot */
};

START_TEST(same_process_is_recalled)
{
	const struct fact *other = &recalled[_i].fact;
	struct fact fact = fact_like(task_put(50, 300));
	const struct candidate *candidate;

	fact.start_nsec = other->start_nsec ? other->start_nsec : fact.start_nsec;
	fact.flags = other->flags ? other->flags : fact.flags;
	fact.pid = other->pid ? other->pid : fact.pid;
	fact.slot = other->slot;
	if (other->exe[0])
		memcpy(fact.exe, other->exe, sizeof(fact.exe));
	if (other->comm[0])
		memcpy(fact.comm, other->comm, sizeof(fact.comm));
	facts_write(&facts, 2, &fact);
	take();
	candidate = candidate_with(50);
	ck_assert_uint_eq(candidate->index, recalled[_i].seat ? 2 : CANDIDATE_NO_SEAT);
	ck_assert_uint_eq(candidate->generation, recalled[_i].seat ? 5 : 0);
	ck_assert_uint_eq(candidate->verdict.rule[RULE_PROTECT], recalled[_i].cmdline);
	ck_assert_uint_eq(candidate->verdict.doubt, !recalled[_i].cmdline);
	ck_assert_uint_eq(candidate->mm, 0);
	ck_assert_uint_eq(candidate->who.rss, 300 * PAGE);
	ck_assert_str_eq(candidate->who.exe, "program");
}
END_TEST

START_TEST(groups_are_found_by_inode)
{
	group_make(CHILD, GROUP);
	task_put(50, 1);
	task_put(51, 1)->inode = 100 + CHILD;
	task_put(52, 1)->inode = 4711; /* made a moment ago */
	take();
	ck_assert_uint_eq(candidate_with(50)->slot, GROUP);
	ck_assert_uint_eq(candidate_with(51)->slot, CHILD);
	ck_assert_uint_eq(candidate_with(52)->slot, GROUP);
	ck_assert_uint_eq(candidate_with(52)->who.inode, 4711);
}
END_TEST

START_TEST(label_of_newborn_group_is_in_doubt)
{
	struct policy_rule *protect = &rules.rule[0];
	struct roster_path path = { .text = "/web" };
	const char *reason;

	protect->kind = RULE_CGROUP;
	ck_assert_int_eq(compile_pattern("/web", COMPILE_PATH, &protect->pattern, &reason), 0);
	roster_write_path(&roster, GROUP, &path);
	task_put(50, 1);
	task_put(51, 1)->inode = 4711;
	take();
	ck_assert_uint_eq(candidate_with(50)->verdict.rule[RULE_PROTECT], 1);
	ck_assert_uint_eq(candidate_with(51)->verdict.rule[RULE_PROTECT], 0);
	ck_assert_uint_eq(candidate_with(51)->verdict.doubt, 1);
}
END_TEST

START_TEST(ours_are_known)
{
	struct roll_task *hook;
	struct fact fact;

	task_put(900, 1);
	task_put(901, 1);
	task_put(902, 1)->parent_pid = 900; /* supervisor */
	task_put(903, 1)->parent_pid = 902;
	hook = task_put(904, 1);
	fact = fact_like(hook);
	fact.flags |= FACT_OURS;
	facts_write(&facts, 1, &fact);
	take();
	for (uint32_t pid = 900; pid < 905; pid++)
		ck_assert_int_eq((candidate_with(pid)->who.flags & FACT_OURS) != 0, pid != 903);
}
END_TEST

START_TEST(iter_may_meet_one_twice)
{
	task_put(50, 7);
	task_put(50, 9);
	take();
	ck_assert_uint_eq(handler.snapshot.count, 1);
	ck_assert_uint_eq(candidate_with(50)->who.rss, 7 * PAGE);
}
END_TEST

/* The largest come last in the walk. */
START_TEST(largest_of_a_crowd_are_kept)
{
	for (uint32_t i = 0; i < CROWD; i++)
		task_put(i + 1, i / 8);
	take();
	ck_assert_uint_eq(runs[ROLL_CALL], 2);
	ck_assert_uint_eq(questions[0].at_least, 0);
	ck_assert_uint_eq(questions[1].number, questions[0].number + 1);
	ck_assert_uint_gt(questions[1].at_least, 0);
	ck_assert_uint_eq(handler.snapshot.missed, CROWD - handler.snapshot.count);
	ck_assert(!handler.snapshot.complete);
	ck_assert_uint_eq(handler.snapshot.count, ROLL_TASKS);
	/* A class is a quarter of a power of two: nothing smaller was kept instead of something larger. */
	for (uint32_t i = 0; i < ROLL_TASKS; i++)
		ck_assert_uint_ge(handler.snapshot.list[i].who.rss, questions[1].at_least * PAGE);
	ck_assert_uint_eq(candidate_with(CROWD)->who.rss, (CROWD - 1) / 8 * PAGE);
}
END_TEST

START_TEST(crowd_of_equals_is_not_left_out)
{
	for (uint32_t i = 0; i < CROWD; i++)
		task_put(i + 1, i < 500 ? 2 : 100);
	take();
	ck_assert_uint_eq(handler.snapshot.count, ROLL_TASKS);
	for (uint32_t i = 0; i < ROLL_TASKS; i++)
		ck_assert_uint_eq(handler.snapshot.list[i].who.rss, 100 * PAGE);
}
END_TEST

START_TEST(hog_does_not_crowd_out_its_equals)
{
	for (uint32_t i = 0; i < CROWD; i++)
		task_put(i + 1, i < CROWD - 1 ? 100 : 5000);
	take();
	ck_assert_uint_eq(questions[1].class_most, ROLL_TASKS - 1);
	ck_assert_uint_eq(handler.snapshot.count, ROLL_TASKS);
	ck_assert_uint_eq(candidate_with(CROWD)->who.rss, 5000 * PAGE);
}
END_TEST

/* No class is left for those that fit as a whole, and none of the smaller ones takes their place. */
START_TEST(exactly_as_many_as_there_is_room_for)
{
	for (uint32_t i = 0; i < CROWD; i++)
		task_put(i + 1, i < CROWD - ROLL_TASKS ? 2 : 100);
	take();
	ck_assert_uint_eq(handler.snapshot.count, ROLL_TASKS);
	ck_assert_uint_eq(candidate_with(CROWD)->who.rss, 100 * PAGE);
}
END_TEST

/* The program adds up ten of them: at first those it meets first, then the largest. */
START_TEST(largest_are_added_up)
{
	exact_most = 10;
	for (uint32_t i = 0; i < 100; i++)
		task_put(i + 1, i < 95 ? 5 : 500);
	take();
	ck_assert_uint_eq(runs[ROLL_CALL], 2);
	ck_assert_uint_eq(questions[1].at_least, 0);
	ck_assert_uint_eq(handler.snapshot.count, 100);
	ck_assert_uint_eq(handler.snapshot.estimated, 95);
	for (uint32_t i = 96; i <= 100; i++)
		ck_assert(!(candidate_with(i)->who.flags & FACT_ESTIMATED));
	crowd_count = 0;
	for (uint32_t i = 0; i < 100; i++)
		task_put(i + 1, i < 5 ? 500 : 5);
	take();
	ck_assert_uint_eq(runs[ROLL_CALL], 3); /* they were exact at once */
	for (uint32_t i = 0; i < 100; i++)
		crowd[i].flags = FACT_ESTIMATED;
	take();
	ck_assert_uint_eq(runs[ROLL_CALL], 4); /* a kernel without such counters */
}
END_TEST

/* An answer nobody may believe. */
static const struct {
	int run;
	int answer;
	bool silent;
	bool unfinished;
	int error;
} wrongs[] = {
	{ .run = -EBADF, .error = -EBADF },	     { .answer = -ENODEV, .error = -ENODEV },
	{ .answer = 1, .error = -EPROTO },	     { .silent = true, .error = -EPROTO },
	{ .unfinished = true, .error = -ECANCELED },
};

static void go_wrong(int i)
{
	wrong.run = wrongs[i].run;
	wrong.answer = wrongs[i].answer;
	wrong.silent = wrongs[i].silent;
	wrong.unfinished = wrongs[i].unfinished;
}

START_TEST(wrong_answers_end_in_the_facts)
{
	const struct source_board *board = &outcomes.sources[SOURCE_BPF];
	const struct roll_task *task = task_put(50, 300);
	struct fact fact = fact_like(task);

	facts_write(&facts, 0, &fact);
	go_wrong(_i);
	take();
	ck_assert_int_eq(handler.snapshot.source, SOURCE_FACTS);
	ck_assert_int_eq(handler.snapshot.failed, SOURCE_BPF);
	ck_assert_int_eq(handler.snapshot.error, wrongs[_i].error);
	ck_assert_uint_eq(candidate_with(50)->who.rss, MIB);
	ck_assert_uint_eq(atomic_load(&board->state), SOURCE_STATE_FAILED);
	ck_assert_uint_eq(atomic_load(&board->error), (uint32_t)-wrongs[_i].error);
	ck_assert_uint_eq(atomic_load(&board->failures), 1);
	/* Not tried again, and no longer told: this snapshot is from the source that was to be used. */
	take();
	ck_assert_uint_eq(runs[ROLL_CALL], 1);
	ck_assert_int_eq(handler.snapshot.error, 0);
}
END_TEST

START_TEST(group_that_has_gone_accuses_nobody)
{
	wrong.answer = -ENODEV;
	atomic_store(&handler.adopt.groups[GROUP].generation, 0);
	take();
	ck_assert_int_eq(handler.snapshot.source, SOURCE_FACTS);
	ck_assert_int_eq(handler.snapshot.error, 0);
	ck_assert_uint_eq(atomic_load(&outcomes.sources[SOURCE_BPF].state), SOURCE_STATE_READY);
	ck_assert_uint_eq(atomic_load(&outcomes.sources[SOURCE_BPF].failures), 0);
}
END_TEST

/* It stands in the roll before the descriptor is read: a program would put it there. */
static void iterator_answers(uint64_t questions_before)
{
	answer();
	roll.answer.number = roll.question.number + questions_before + 1;
}

START_TEST(next_source_answers_in_the_same_decision)
{
	uint32_t spent;

	iterators_come();
	task_put(50, 300);
	iterator_answers(1);
	wrong.run = -EPERM;
	take();
	ck_assert(ring_peek(&handler.adopt.spent, ADOPT_SPENT, &spent));
	ck_assert_int_eq(handler.snapshot.source, SOURCE_ITER);
	ck_assert_int_eq(handler.snapshot.failed, SOURCE_BPF);
	ck_assert_int_eq(handler.snapshot.error, -EPERM);
	ck_assert_uint_eq(candidate_with(50)->who.rss, 300 * PAGE);
	ck_assert_uint_eq(atomic_load(&outcomes.iterators_read), 1);
	ck_assert_uint_eq(atomic_load(&outcomes.sources[SOURCE_ITER].uses), 1);
}
END_TEST

START_TEST(first_of_two_failures_is_told)
{
	iterators_come();
	wrong.run = -EPERM;
	roll.answer.number = 0;
	take();
	ck_assert_int_eq(handler.snapshot.source, SOURCE_FACTS);
	ck_assert_int_eq(handler.snapshot.failed, SOURCE_BPF);
	ck_assert_int_eq(handler.snapshot.error, -EPERM);
	ck_assert_uint_eq(atomic_load(&outcomes.sources[SOURCE_ITER].state), SOURCE_STATE_FAILED);
}
END_TEST

/* Used up is not failed. */
START_TEST(empty_pool_is_passed_over)
{
	atomic_store(&handler.adopt.programs.generation, 0);
	iterators_come();
	for (int i = 0; i < WIRE_ITERATORS_MAX; i++)
		atomic_store(&handler.adopt.programs.iterators[i], -1);
	take();
	ck_assert_int_eq(handler.snapshot.source, SOURCE_FACTS);
	ck_assert_int_eq(handler.snapshot.error, 0);
	source_test(&handler);
	ck_assert_uint_eq(atomic_load(&outcomes.sources[SOURCE_ITER].state), SOURCE_STATE_ABSENT);
	ck_assert_uint_eq(atomic_load(&outcomes.sources[SOURCE_ITER].failures), 0);
}
END_TEST

START_TEST(configuration_bounds_the_sources)
{
	iterators_come();
	task_put(50, 300);
	atomic_store(&roster.host.source, SOURCE_ITER);
	iterator_answers(0);
	take();
	ck_assert_int_eq(handler.snapshot.source, SOURCE_ITER);
	atomic_store(&roster.host.source, SOURCE_FACTS);
	ck_assert(!snapshot_is_fresh(&handler, GROUP, handler.now));
	take();
	ck_assert_int_eq(handler.snapshot.source, SOURCE_FACTS);
	ck_assert_uint_eq(runs[ROLL_CALL], 0);
	ck_assert_int_eq(handler.snapshot.error, 0);
}
END_TEST

START_TEST(roll_needs_no_waiting)
{
	ck_assert(snapshot_is_fresh(&handler, GROUP, handler.now));
	atomic_store(&outcomes.sources[SOURCE_BPF].state, SOURCE_STATE_FAILED);
	ck_assert(!snapshot_is_fresh(&handler, GROUP, handler.now));
	iterators_come();
	atomic_store(&outcomes.sources[SOURCE_BPF].state, SOURCE_STATE_FAILED);
	ck_assert(snapshot_is_fresh(&handler, GROUP, handler.now));
}
END_TEST

START_TEST(record_says_which_and_why)
{
	const struct outcome *outcome;
	struct fact fact;

	task_put((uint32_t)people[0], 300);
	fact = fact_like(&crowd[0]);
	facts_write(&facts, 0, &fact);
	wrong.run = -EIO;
	outcome = &begin()->outcome;
	episode_tick(&handler, handler.slots[GROUP].episode);
	ck_assert_uint_eq(outcome->source, SOURCE_FACTS);
	ck_assert_uint_eq(outcome->source_failed, SOURCE_BPF);
	ck_assert_uint_eq(outcome->source_error, EIO);
	ck_assert_uint_gt(outcome->decided_nsec, 0);
}
END_TEST

/* While the roll was expected to answer, nobody has waited for the facts. */
START_TEST(old_facts_are_not_acted_on)
{
	struct episode *episode;
	struct fact hog;

	for (uint32_t i = 0; i < PEOPLE; i++)
		fact_put(i, 0, GROUP);
	episode = begin();
	atomic_store(&facts.group[GROUP].sampled_nsec, handler.now.count - 1);
	wrong.run = -EIO;
	episode_tick(&handler, episode);
	ck_assert_uint_eq(episode->phase, EPISODE_SNAPSHOT);
	ck_assert_uint_eq(episode->outcome.source_failed, SOURCE_BPF);
	ck_assert_uint_eq(episode->outcome.source_error, EIO);
	ck_assert_uint_eq(episode->outcome.decided_nsec, 0);
	ck_assert_int_eq(facts_read(&facts, 0, &hog), 0);
	hog.anon = LIMIT; /* it has grown since */
	facts_write(&facts, 0, &hog);
	run(3);
	ck_assert(has_died(0) && is_alive(1) && is_alive(2));
	ck_assert_uint_eq(episode->outcome.source_error, EIO);
}
END_TEST

START_TEST(facts_that_do_not_come_hold_nobody_up)
{
	struct episode *episode;

	for (uint32_t i = 0; i < PEOPLE; i++)
		fact_put(i, 0, GROUP);
	episode = begin();
	atomic_store(&facts.group[GROUP].sampled_nsec, handler.now.count - 1);
	wrong.run = -EIO;
	episode_tick(&handler, episode);
	ck_assert(!nsec_reached(handler.now, episode->due));
	handler.now = episode->due;
	episode_tick(&handler, episode);
	ck_assert(has_died(2));
}
END_TEST

START_TEST(one_look_is_enough_for_a_decision)
{
	task_put((uint32_t)people[0], 300);
	begin();
	episode_tick(&handler, handler.slots[GROUP].episode);
	ck_assert_uint_eq(runs[ROLL_CALL], 1);
	ck_assert_uint_gt(handler.slots[GROUP].episode->outcome.decided_nsec, 0);
	ck_assert_ptr_null(handler.snapshot.kept);
}
END_TEST

/* The kernel has killed already: a look of now would not show its choice. */
START_TEST(dry_run_keeps_to_the_facts)
{
	policy.mode = POLICY_DRY_RUN;
	roster_write_policy(&roster, 0, &policy);
	ck_assert_uint_eq(begin()->outcome.source, SOURCE_BPF);
	episode_tick(&handler, handler.slots[GROUP].episode);
	ck_assert_uint_eq(handler.slots[GROUP].episode->outcome.source, SOURCE_FACTS);
	ck_assert_uint_eq(runs[ROLL_CALL], 0);
}
END_TEST

static uint32_t state_of(enum source source)
{
	return atomic_load(&outcomes.sources[source].state);
}

static void pass(uint64_t msec)
{
	handler.now.count += nsec_from_msec(msec).count;
	source_test(&handler);
}

START_TEST(self_test_keeps_its_times)
{
	pass(9999);
	ck_assert_uint_eq(runs[ROLL_CALL], 0);
	wrong.unfinished = true;
	pass(1);
	ck_assert_uint_eq(runs[ROLL_CALL], 1);
	ck_assert_uint_eq(questions[0].inode, 100 + GROUP);
	ck_assert_uint_eq(state_of(SOURCE_BPF), SOURCE_STATE_FAILED);
	pass(999);
	ck_assert_uint_eq(runs[ROLL_CALL], 1);
	wrong.unfinished = false;
	pass(1);
	ck_assert_uint_eq(runs[ROLL_CALL], 2);
	ck_assert_uint_eq(state_of(SOURCE_BPF), SOURCE_STATE_READY);
	pass(1000);
	ck_assert_uint_eq(runs[ROLL_CALL], 2);
}
END_TEST

START_TEST(self_test_asks_for_one_group_after_the_other)
{
	struct roster_slot row;

	group_make(CHILD, GROUP);
	row = handler.slots[CHILD].roster;
	row.role = ROSTER_MANAGED;
	handler.slots[CHILD].roster = row;
	for (int i = 0; i < 3; i++)
		pass(10000);
	ck_assert_uint_eq(runs[ROLL_CALL], 3);
	ck_assert_uint_ne(questions[0].inode, questions[1].inode);
	ck_assert_uint_eq(questions[0].inode, questions[2].inode);
}
END_TEST

START_TEST(self_test_of_a_group_that_has_gone_goes_to_the_next)
{
	group_make(CHILD, GROUP);
	handler.slots[CHILD].roster.role = ROSTER_MANAGED;
	wrong.answer = -ENODEV;
	atomic_store(&handler.adopt.groups[CHILD].generation, 0);
	pass(10000);
	ck_assert_uint_eq(state_of(SOURCE_BPF), SOURCE_STATE_READY);
	wrong.answer = 0;
	pass(1);
	ck_assert_uint_eq(runs[ROLL_CALL], 2);
	ck_assert_uint_ne(questions[0].inode, questions[1].inode);
	pass(1);
	ck_assert_uint_eq(runs[ROLL_CALL], 2);
}
END_TEST

/* It takes the time and the roll that an episode needs; unless that would go without. */
START_TEST(self_test_stands_back_for_an_episode)
{
	begin();
	pass(10000);
	ck_assert_uint_eq(runs[ROLL_CALL], 0);
	ck_assert_uint_eq(runs[ROLL_SIGNAL], 0);
	atomic_store(&outcomes.sources[SOURCE_BPF].state, SOURCE_STATE_FAILED);
	pass(1000);
	ck_assert_uint_eq(runs[ROLL_CALL], 1);
	ck_assert_uint_eq(state_of(SOURCE_BPF), SOURCE_STATE_READY);
	ck_assert_uint_eq(runs[ROLL_SIGNAL], 0);
}
END_TEST

/* What an episode would not use is not tried: each reading of it looks at every task of the host. */
START_TEST(self_test_leaves_the_lesser_sources)
{
	iterators_come();
	pass(10000);
	ck_assert_uint_eq(atomic_load(&outcomes.iterators_read), 0);
	wrong.run = -EPERM;
	pass(10000);
	ck_assert_uint_eq(atomic_load(&outcomes.iterators_read), 1);
}
END_TEST

START_TEST(programs_come_and_go)
{
	atomic_store(&handler.adopt.programs.fd[ROLL_CALL], -1);
	atomic_store(&handler.adopt.programs.fd[ROLL_FIND], -1);
	pass(0);
	ck_assert_uint_eq(state_of(SOURCE_BPF), SOURCE_STATE_ABSENT);
	ck_assert_uint_eq(state_of(SOURCE_FACTS), SOURCE_STATE_READY);
	ck_assert_uint_eq(atomic_load(&outcomes.kill.state), SOURCE_STATE_ABSENT);
	programs_come();
	ck_assert_uint_eq(state_of(SOURCE_BPF), SOURCE_STATE_READY);
	ck_assert_uint_eq(atomic_load(&outcomes.kill.state), SOURCE_STATE_READY);
}
END_TEST

START_TEST(self_test_of_signals_hurts_nobody)
{
	pass(10000);
	ck_assert_uint_eq(runs[ROLL_SIGNAL], 1);
	ck_assert_uint_eq(roll.signal_number, 0);
	ck_assert_uint_eq(roll.orders, 1);
	ck_assert_uint_eq(roll.order[0].pid, 901);
	ck_assert_uint_eq(atomic_load(&outcomes.kill.state), SOURCE_STATE_READY);
	wrong.trusting = true;
	pass(10000);
	ck_assert_uint_eq(atomic_load(&outcomes.kill.state), SOURCE_STATE_FAILED);
	ck_assert_uint_eq(atomic_load(&outcomes.kill.error), EPROTO);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("snapshot", &tests);

	tcase_add_checked_fixture(tests, setup_roll, teardown);
	tcase_add_test(tests, roll_is_believed);
	tcase_add_loop_test(tests, same_process_is_recalled, 0, UNIT_COUNT(recalled));
	tcase_add_test(tests, groups_are_found_by_inode);
	tcase_add_test(tests, label_of_newborn_group_is_in_doubt);
	tcase_add_test(tests, ours_are_known);
	tcase_add_test(tests, iter_may_meet_one_twice);
	tcase_add_test(tests, largest_of_a_crowd_are_kept);
	tcase_add_test(tests, crowd_of_equals_is_not_left_out);
	tcase_add_test(tests, hog_does_not_crowd_out_its_equals);
	tcase_add_test(tests, exactly_as_many_as_there_is_room_for);
	tcase_add_test(tests, largest_are_added_up);
	tcase_add_loop_test(tests, wrong_answers_end_in_the_facts, 0, UNIT_COUNT(wrongs));
	tcase_add_test(tests, group_that_has_gone_accuses_nobody);
	tcase_add_test(tests, next_source_answers_in_the_same_decision);
	tcase_add_test(tests, first_of_two_failures_is_told);
	tcase_add_test(tests, empty_pool_is_passed_over);
	tcase_add_test(tests, configuration_bounds_the_sources);
	tcase_add_test(tests, roll_needs_no_waiting);
	tcase_add_test(tests, record_says_which_and_why);
	tcase_add_test(tests, old_facts_are_not_acted_on);
	tcase_add_test(tests, facts_that_do_not_come_hold_nobody_up);
	tcase_add_test(tests, one_look_is_enough_for_a_decision);
	tcase_add_test(tests, dry_run_keeps_to_the_facts);
	tcase_add_test(tests, self_test_keeps_its_times);
	tcase_add_test(tests, self_test_asks_for_one_group_after_the_other);
	tcase_add_test(tests, self_test_of_a_group_that_has_gone_goes_to_the_next);
	tcase_add_test(tests, self_test_stands_back_for_an_episode);
	tcase_add_test(tests, self_test_leaves_the_lesser_sources);
	tcase_add_test(tests, programs_come_and_go);
	tcase_add_test(tests, self_test_of_signals_hurts_nobody);
	return unit_run_forked(suite);
}
