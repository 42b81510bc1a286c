/*
 * The line to the reader and who is asked about: with the real reader, and with one that never answers,
 * that dies, or that cannot be started. This program is the reader itself when it is executed as one.
 * Linked with supervisor/details.c, reader.c, reader_line.c and what they need.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/io.h"
#include "supervisor/details.h"
#include "supervisor/report.h"
#include "unit/unit.h"

#define MODE "UNIT_READER"
#define SLOTS 8

static struct tables tables;
static struct processes *processes;
static struct reader_line line;
static struct details *details;
static bool in_episode[SLOTS];
static unsigned int warnings;

void report_event(enum report_event_kind kind, const char *format, ...)
{
	(void)format;
	warnings += kind == REPORT_WARNING;
}

static bool slot_in_episode(uint32_t slot)
{
	return in_episode[slot];
}

static void setup(void)
{
	tables = (struct tables){
		.facts = calloc(1, sizeof(struct facts)),
		.pulse = calloc(1, sizeof(struct pulse)),
	};
	processes = calloc(1, sizeof(*processes));
	details = calloc(1, sizeof(*details));
	ck_assert(tables.facts && tables.pulse && processes && details);
	processes_init(processes, &tables);
	reader_line_init(&line, "/proc/self/exe");
	details_init(details, processes, slot_in_episode);
	(void)setenv(MODE, "real", 1);
}

static void teardown(void)
{
	free(tables.facts);
	free(tables.pulse);
	free(processes);
	free(details);
}

static pid_t child_start(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			(void)pause();
	}
	ck_assert_int_gt(pid, 0);
	return pid;
}

static struct process *child_in(uint32_t slot)
{
	const struct processes_place place = { .slot = slot, .slot_generation = 1, .round = slot };
	uint32_t pid = (uint32_t)child_start();
	bool is_new = false;

	ck_assert_int_eq(processes_meet(processes, pid, place, &is_new), 0);
	processes_confirm(processes, pid, place);
	ck_assert(is_new);
	return processes_find(processes, pid);
}

/* Waits for the end of the question under way. */
static enum reader_line_event hear(void)
{
	struct reader_answer answer;
	enum reader_line_event event;

	while ((event = reader_line_take(&line, &answer)) == READER_LINE_QUIET) {
		struct pollfd wake = { .fd = line.socket, .events = POLLIN };

		ck_assert_int_ge(line.socket, 0);
		(void)poll(&wake, 1, 20);
	}
	details_hear(details, event, &answer);
	return event;
}

/* Asks as soon as that is possible. */
static bool ask(void)
{
	struct nsec end = nsec_after(clock_now(), nsec_from_msec(5000));
	struct reader_answer answer;

	while (!details_ask(details, &line)) {
		if (nsec_reached(clock_now(), end))
			return false;
		(void)usleep(1000);
		(void)reader_line_take(&line, &answer);
	}
	return true;
}

static struct fact fact_of(const struct process *process)
{
	struct fact fact;

	ck_assert_int_eq(facts_read(tables.facts, processes_index(processes, process), &fact), 0);
	return fact;
}

START_TEST(answer_comes_into_the_facts)
{
	struct process *process = child_in(1);

	ck_assert(ask());
	ck_assert(!details_ask(details, &line)); /* one at a time */
	ck_assert_int_eq(hear(), READER_LINE_ANSWERED);
	ck_assert(fact_of(process).flags & FACT_DETAILS);
	ck_assert_str_eq(fact_of(process).exe, "test_details");
	ck_assert_ptr_nonnull(strstr(fact_of(process).cmdline, "test_details"));
	ck_assert_uint_eq(fact_of(process).mm, 0);
	ck_assert(!details_ask(details, &line)); /* nobody is due any more */
}
END_TEST

START_TEST(answer_about_a_dead_process_is_dropped)
{
	struct process *process = child_in(1);

	ck_assert(ask());
	ck_assert_int_eq(kill((pid_t)process->fact.pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid((pid_t)process->fact.pid, NULL, 0), process->fact.pid);
	(void)hear();
	ck_assert(!(fact_of(process).flags & (FACT_DETAILS | FACT_DETAILS_REFUSED)));
}
END_TEST

START_TEST(groups_are_asked_in_turn)
{
	struct process *list[] = { child_in(2), child_in(2), child_in(5) };

	for (int i = 0; i < 2; i++) {
		ck_assert(ask());
		ck_assert_int_eq(hear(), READER_LINE_ANSWERED);
	}
	ck_assert(fact_of(list[0]).flags & FACT_DETAILS);
	ck_assert(!(fact_of(list[1]).flags & FACT_DETAILS));
	ck_assert(fact_of(list[2]).flags & FACT_DETAILS);
}
END_TEST

START_TEST(episode_is_waited_for)
{
	struct process *process = child_in(3);

	in_episode[3] = true;
	ck_assert(!details_ask(details, &line));
	ck_assert_int_lt(line.socket, 0); /* nor is a reader started */
	in_episode[3] = false;
	ck_assert(ask());
	ck_assert_int_eq(hear(), READER_LINE_ANSWERED);
	ck_assert(fact_of(process).flags & FACT_DETAILS);
}
END_TEST

START_TEST(overdue_reader_is_replaced)
{
	struct process *wedged = child_in(1), *neighbour = child_in(1), *other = child_in(2);
	struct nsec begin;

	(void)setenv(MODE, "hang", 1);
	ck_assert(ask());
	begin = clock_now();
	ck_assert_int_eq(hear(), READER_LINE_FAILED);
	ck_assert_uint_ge(nsec_between(begin, clock_now()).count, NSEC_PER_SEC);
	ck_assert(fact_of(wedged).flags & FACT_DETAILS_REFUSED);
	/* Its group waits, another one does not. */
	(void)setenv(MODE, "real", 1);
	ck_assert(ask());
	ck_assert_int_eq(hear(), READER_LINE_ANSWERED);
	ck_assert(fact_of(other).flags & FACT_DETAILS);
	ck_assert(ask());
	ck_assert_int_eq(hear(), READER_LINE_ANSWERED);
	ck_assert(fact_of(neighbour).flags & FACT_DETAILS);
	ck_assert_uint_eq(warnings, 0);
}
END_TEST

START_TEST(dead_reader_costs_as_much)
{
	struct process *process = child_in(1);

	(void)setenv(MODE, "die", 1);
	ck_assert(ask());
	ck_assert_int_eq(hear(), READER_LINE_FAILED);
	ck_assert(fact_of(process).flags & FACT_DETAILS_REFUSED);
	ck_assert_uint_gt(line.back_off.count, 0);
}
END_TEST

/* Everything else goes on, nobody is refused, and it is said once. */
START_TEST(missing_reader_is_told_once)
{
	struct process *process = child_in(1);
	struct reader_answer answer;

	reader_line_init(&line, "/nonexistent/reader");
	for (int i = 0; i < 1000; i++) {
		ck_assert(!details_ask(details, &line));
		ck_assert_int_eq(reader_line_take(&line, &answer), READER_LINE_QUIET);
		(void)usleep(1000);
	}
	ck_assert_uint_eq(warnings, 1);
	ck_assert(!(fact_of(process).flags & FACT_DETAILS_REFUSED));
}
END_TEST

START_TEST(no_more_readers_than_may_be_lost)
{
	struct reader_answer answer;

	(void)child_in(1);
	/* Pidfds of somebody who lives on stand for readers that cannot die. */
	for (int i = 0; i < READER_LINE_LOST; i++)
		line.lost[i] = processes->list[0].pidfd;
	for (int i = 0; i < 100; i++) {
		ck_assert(!details_ask(details, &line));
		ck_assert_int_eq(reader_line_take(&line, &answer), READER_LINE_QUIET);
		ck_assert_int_lt(line.socket, 0);
	}
}
END_TEST

static void vfork_and_tell(int notice)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (vfork() == 0) {
		pid_t self = getpid();

		(void)!write(notice, &self, sizeof(self));
		for (;;)
			(void)pause();
	}
	_exit(0);
}

static struct process *meet(pid_t pid)
{
	const struct processes_place place = { .slot = 1, .slot_generation = 1, .round = 1 };
	bool is_new;

	ck_assert_int_eq(processes_meet(processes, (uint32_t)pid, place, &is_new), 0);
	processes_confirm(processes, (uint32_t)pid, place);
	return processes_find(processes, (uint32_t)pid);
}

START_TEST(shared_memory_is_found)
{
	struct process *process, *partner;
	pid_t parent, child;
	int notice[2];

	ck_assert_int_eq(pipe(notice), 0);
	parent = fork();
	if (parent == 0)
		vfork_and_tell(notice[1]);
	ck_assert_int_eq(read(notice[0], &child, sizeof(child)), sizeof(child));
	partner = meet(parent);
	process = meet(child);
	while (details_ask(details, &line) || line.busy || !line.here) {
		struct reader_answer answer;

		if (line.busy)
			(void)hear();
		else
			(void)reader_line_take(&line, &answer);
	}
	ck_assert_uint_eq(fact_of(process).mm, (uint32_t)(parent < child ? parent : child));
	ck_assert_uint_eq(fact_of(partner).mm, fact_of(process).mm);
	(void)kill(child, SIGKILL);
	(void)kill(parent, SIGKILL);
}
END_TEST

/* Says that it is there, and does what it is for once: hang, or die. */
static int bad_reader(bool hang)
{
	struct reader_answer first = { .number = 0 };
	struct reader_request request;

	(void)!write(READER_SOCKET, &first, sizeof(first));
	(void)!read(READER_SOCKET, &request, sizeof(request));
	while (hang)
		(void)pause();
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	const char *mode = getenv(MODE);
	TCase *tests;
	Suite *suite;

	if (argc > 1 && strcmp(argv[1], "--read-processes") == 0)
		return strcmp(mode, "real") == 0 ? (int)reader_run()
						 : bad_reader(strcmp(mode, "hang") == 0);
	suite = unit_suite("details", &tests);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, answer_comes_into_the_facts);
	tcase_add_test(tests, answer_about_a_dead_process_is_dropped);
	tcase_add_test(tests, groups_are_asked_in_turn);
	tcase_add_test(tests, episode_is_waited_for);
	tcase_add_test(tests, overdue_reader_is_replaced);
	tcase_add_test(tests, dead_reader_costs_as_much);
	tcase_add_test(tests, missing_reader_is_told_once);
	tcase_add_test(tests, no_more_readers_than_may_be_lost);
	tcase_add_test(tests, shared_memory_is_found);
	return unit_run(suite);
}
