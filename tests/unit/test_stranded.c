/*
 * Stranded sleepers as a program in the kernel would list them: whose they are, when there is no doubt,
 * and what becomes of them. The sleepers are children of this test that do nothing; the list is its own.
 * Linked with supervisor/stranded_sleepers.c, stranded_groups.c, stray.c, sampled.c and what they need.
 * Whether a removed group was ours: test_stranded_claim.c.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/io.h"
#include "supervisor/bpf.h"
#include "supervisor/gauges.h"
#include "supervisor/report.h"
#include "supervisor/stranded_sleepers.h"
#include "unit/unit.h"

#define SLOT 3
#define INODE 300
#define START 12345

static struct tables tables;
static struct sampled *sampled;
static struct stranded_groups removed;
static struct stranded_sleepers *stranded;
static struct sleepers sleepers;
static struct sleeper *sleeper; /* the first of the list */
static const char *why_not;
static int look_error;
static unsigned int looks, warnings;
static char warning[512];
static pid_t child;

void gauges_forget_group(struct facts *facts, uint32_t slot)
{
	(void)facts;
	(void)slot;
}

int groups_view_inode(struct groups *groups, uint64_t inode, struct group_view *ret_view)
{
	(void)groups;
	ck_assert_uint_eq(inode, INODE);
	(void)snprintf(ret_view->label, sizeof(ret_view->label), "/web");
	return 0;
}

void report_event(enum report_event_kind kind, const char *format, ...)
{
	va_list list;

	ck_assert_int_eq(kind, REPORT_WARNING);
	warnings++;
	va_start(list, format);
	(void)vsnprintf(warning, sizeof(warning), format, list);
	va_end(list);
}

const char *bpf_why_not(enum bpf_part part)
{
	ck_assert_int_eq(part, BPF_PART_SLEEPERS);
	return why_not;
}

int bpf_sleepers_look(const struct sleepers **ret_sleepers)
{
	looks++;
	*ret_sleepers = &sleepers;
	return look_error;
}

static void put_slot(uint32_t slot, const struct roster_slot *roster)
{
	roster_write(tables.roster, slot, roster);
	if (atomic_load(&tables.roster->slots_used) <= slot)
		atomic_store(&tables.roster->slots_used, slot + 1);
	sampled_copy(sampled);
}

static void put_managed(enum board_state state)
{
	const struct roster_slot roster = { .generation = 7,
					    .parent = ROSTER_NO_SLOT,
					    .inode = INODE,
					    .role = ROSTER_MANAGED,
					    .want = ROSTER_WANT_ARMED };

	atomic_store(&tables.outcomes->board[SLOT].held, 7);
	atomic_store(&tables.outcomes->board[SLOT].state, state);
	put_slot(SLOT, &roster);
}

static void tell_removed(uint64_t inode, enum stranded_claim claim)
{
	struct stranded_group group;

	stranded_group_gone(inode, claim);
	while (stranded_groups_take(&removed, &group))
		continue;
}

static void setup(void)
{
	int wake = eventfd(0, EFD_NONBLOCK);

	ck_assert_int_eq(dup2(wake, INHERIT_WAKE_HANDLER), INHERIT_WAKE_HANDLER);
	tables = (struct tables){
		.roster = calloc(1, sizeof(struct roster)),
		.facts = calloc(1, sizeof(struct facts)),
		.outcomes = calloc(1, sizeof(struct outcomes)),
	};
	sampled = calloc(1, sizeof(*sampled));
	stranded = calloc(1, sizeof(*stranded));
	ck_assert(tables.roster && tables.facts && tables.outcomes && sampled && stranded);
	sampled_init(sampled, &tables);
	stranded_groups_init(&removed);
	stranded_sleepers_init(stranded, sampled, NULL);
	child = fork();
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			(void)pause();
	}
	sleepers.complete = 1;
	sleepers.total = 1;
	sleeper = &sleepers.list[0];
	*sleeper = (struct sleeper){ .pid = (uint32_t)child,
				     .thread = (uint32_t)child,
				     .start_nsec = START,
				     .waits_for = INODE,
				     .lives_in = 1,
				     .removed = 1,
				     .comm = "sleeper" };
}

/* One second later. */
static void look(void)
{
	stranded->next_look = (struct nsec){ 0 };
	for (int i = 0; i < SLEEPERS_MAX; i++)
		if (stranded->list[i].stray.pid)
			stranded->list[i].stray.first_look.count -= NSEC_PER_SEC;
	stranded_sleepers_look(stranded, &removed);
}

static bool child_lives(void)
{
	siginfo_t info = { .si_pid = 0 };

	(void)usleep(20000);
	ck_assert_int_eq(waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT), 0);
	return info.si_pid == 0;
}

static void group_goes(enum stranded_claim claim)
{
	put_managed(BOARD_ARMED);
	tell_removed(INODE, claim);
}

START_TEST(sleeper_of_a_removed_group_is_killed)
{
	int status;

	group_goes(STRANDED_KILLED);
	look();
	look();
	ck_assert(child_lives());
	look();
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert_uint_eq(warnings, 1);
	ck_assert_ptr_nonnull(strstr(warning, "(sleeper)"));
	ck_assert_ptr_nonnull(strstr(warning, "nothing can wake it: killed"));
	sleepers.total = 0;
	look();
	ck_assert_uint_eq(stranded->list[SLEEPERS_MAX - 1].stray.pid, 0);
	ck_assert_int_eq(stranded->list[SLEEPERS_MAX - 1].stray.pidfd, -1);
}
END_TEST

START_TEST(three_looks_within_two_seconds_are_not_enough)
{
	group_goes(STRANDED_KILLED);
	for (int i = 0; i < 10; i++) {
		stranded->next_look = (struct nsec){ 0 };
		stranded_sleepers_look(stranded, &removed);
	}
	ck_assert(child_lives());
}
END_TEST

START_TEST(two_looks_are_not_enough)
{
	group_goes(STRANDED_KILLED);
	look();
	for (int i = 0; i < SLEEPERS_MAX; i++)
		stranded->list[i].stray.first_look.count -= 10 * NSEC_PER_SEC;
	look();
	ck_assert(child_lives());
	look();
	ck_assert(!child_lives());
}
END_TEST

START_TEST(nobody_is_killed_where_it_is_only_reported)
{
	group_goes(STRANDED_REPORTED);
	for (int i = 0; i < 10; i++)
		look();
	ck_assert(child_lives());
	ck_assert_uint_eq(warnings, 1);
	ck_assert_ptr_nonnull(strstr(warning, "only SIGKILL ends it"));
}
END_TEST

START_TEST(foreign_group_is_left_alone)
{
	group_goes(STRANDED_FOREIGN);
	for (int i = 0; i < 5; i++)
		look();
	ck_assert(child_lives());
	ck_assert_uint_eq(warnings, 0);
	ck_assert_uint_gt(looks, 0);
}
END_TEST

/* The kernel knows first; what the roster still says of the group is no claim. */
START_TEST(group_is_nobodys_until_the_main_loop_has_told)
{
	put_managed(BOARD_ARMED);
	for (int i = 0; i < 5; i++)
		look();
	ck_assert(child_lives());
	tell_removed(INODE, STRANDED_KILLED);
	look();
	look();
	ck_assert(child_lives());
	look();
	ck_assert(!child_lives());
}
END_TEST

START_TEST(many_removed_groups_are_remembered)
{
	tell_removed(INODE, STRANDED_KILLED);
	for (uint32_t i = 1; i < STRANDED_GROUPS; i++) {
		tell_removed(1000 + i, STRANDED_REPORTED);
		tell_removed(5000 + i, STRANDED_FOREIGN); /* it costs no room */
	}
	ck_assert_int_eq(stranded_groups_claim(&removed, INODE), STRANDED_KILLED);
	ck_assert_int_eq(stranded_groups_claim(&removed, 1001), STRANDED_REPORTED);
	tell_removed(1, STRANDED_KILLED);
	ck_assert_int_eq(stranded_groups_claim(&removed, INODE), STRANDED_FOREIGN);
}
END_TEST

/* More than there is room for before the sampler's turn. */
START_TEST(what_does_not_fit_is_foreign)
{
	for (uint32_t i = 0; i < STRANDED_GROUPS; i++)
		stranded_group_gone(1000 + i, STRANDED_FOREIGN);
	tell_removed(INODE, STRANDED_KILLED);
	ck_assert_int_eq(stranded_groups_claim(&removed, INODE), STRANDED_FOREIGN);
	tell_removed(INODE, STRANDED_KILLED);
	ck_assert_int_eq(stranded_groups_claim(&removed, INODE), STRANDED_KILLED);
}
END_TEST

START_TEST(another_process_begins_anew)
{
	group_goes(STRANDED_KILLED);
	look();
	look();
	sleeper->start_nsec++;
	look();
	look();
	ck_assert(child_lives());
	look();
	ck_assert(!child_lives());
}
END_TEST

START_TEST(who_was_awake_in_between_begins_anew)
{
	group_goes(STRANDED_KILLED);
	look();
	look();
	sleepers.total = 0;
	look();
	sleepers.total = 1;
	look();
	look();
	ck_assert(child_lives());
}
END_TEST

START_TEST(threads_of_a_process_count_once)
{
	group_goes(STRANDED_KILLED);
	sleepers.list[1] = sleepers.list[2] = *sleeper;
	sleepers.list[1].thread++;
	sleepers.total = 3;
	look();
	ck_assert_uint_eq(stranded->list[SLEEPERS_MAX - 1].stray.looks, 1);
	ck_assert_uint_eq(stranded->list[SLEEPERS_MAX - 2].stray.pid, 0);
}
END_TEST

START_TEST(failed_look_tells_nothing)
{
	group_goes(STRANDED_KILLED);
	look();
	look();
	ck_assert(stranded_sleepers_can(stranded));
	look_error = -ENOMEM;
	look();
	look();
	ck_assert(!stranded_sleepers_can(stranded));
	ck_assert(child_lives());
	ck_assert_uint_eq(warnings, 1); /* that it failed */
	look_error = 0;
	sleepers.complete = 0;
	look();
	ck_assert(child_lives());
	sleepers.complete = 1;
	look();
	ck_assert(stranded_sleepers_can(stranded));
	ck_assert(!child_lives());
}
END_TEST

START_TEST(nobody_looks_before_something_is_armed)
{
	put_managed(BOARD_HELD);
	look();
	ck_assert_uint_eq(looks, 0);
	ck_assert_uint_eq(stranded_sleepers_deadline(stranded).count, UINT64_MAX);
	put_managed(BOARD_ARMED);
	look();
	put_managed(BOARD_HELD);
	look();
	ck_assert_uint_eq(looks, 2);
	stranded_sleepers_look(stranded, &removed);
	ck_assert_uint_eq(looks, 2); /* once per second */
	why_not = "not on this kernel";
	look();
	ck_assert_uint_eq(looks, 2);
}
END_TEST

START_TEST(whom_the_handler_overlooks_is_reported)
{
	put_managed(BOARD_ARMED);
	sleeper->removed = 0;
	look();
	look();
	ck_assert_uint_eq(warnings, 0);
	look();
	ck_assert_ptr_nonnull(strstr(warning, "/web: process"));
	for (int i = 0; i < 3; i++)
		look();
	ck_assert_uint_eq(warnings, 1);
	ck_assert(child_lives());
}
END_TEST

static const enum board_state busy[] = { BOARD_EPISODE, BOARD_STRANDED, BOARD_HANDED_BACK,
					 BOARD_HELD };

START_TEST(handler_at_work_is_left_alone)
{
	put_managed(BOARD_ARMED);
	sleeper->removed = 0;
	look();
	look();
	atomic_store(&tables.outcomes->board[SLOT].state, busy[_i]);
	look();
	atomic_store(&tables.outcomes->board[SLOT].state, BOARD_ARMED);
	look();
	look();
	ck_assert_uint_eq(warnings, 0);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("stranded", &tests);

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, sleeper_of_a_removed_group_is_killed);
	tcase_add_test(tests, three_looks_within_two_seconds_are_not_enough);
	tcase_add_test(tests, two_looks_are_not_enough);
	tcase_add_test(tests, nobody_is_killed_where_it_is_only_reported);
	tcase_add_test(tests, foreign_group_is_left_alone);
	tcase_add_test(tests, group_is_nobodys_until_the_main_loop_has_told);
	tcase_add_test(tests, many_removed_groups_are_remembered);
	tcase_add_test(tests, what_does_not_fit_is_foreign);
	tcase_add_test(tests, another_process_begins_anew);
	tcase_add_test(tests, who_was_awake_in_between_begins_anew);
	tcase_add_test(tests, threads_of_a_process_count_once);
	tcase_add_test(tests, failed_look_tells_nothing);
	tcase_add_test(tests, nobody_looks_before_something_is_armed);
	tcase_add_test(tests, whom_the_handler_overlooks_is_reported);
	tcase_add_loop_test(tests, handler_at_work_is_left_alone, 0, UNIT_COUNT(busy));
	return unit_run_forked(suite);
}
