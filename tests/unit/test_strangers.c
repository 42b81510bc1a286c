/*
 * Members without facts: opened in one look, signalled in the next that names them, and nobody else.
 * The processes are real: children of this test that wait to be killed.
 *
 * Links: daemon/handler/strangers.c, pidfd.c and the seats.
 */
#include "child.h"
#include "handler/handler.h"
#include "handler/strangers.h"

static struct handler handler;
static struct episode first, second;

static void expect_killed(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* One look that names @pid alone, and is complete. */
static enum stranger look(struct episode *episode, pid_t pid)
{
	enum stranger stranger;

	strangers_begin(&handler, episode);
	stranger = strangers_meet(&handler, episode, (uint32_t)pid);
	strangers_end(&handler, episode, true);
	return stranger;
}

static void in_step(struct episode *episode, uint32_t slot)
{
	*episode = (struct episode){ .slot = slot,
				     .trigger = { .count = 10 },
				     .phase = EPISODE_STEP,
				     .step_begun = true,
				     .policy = { .step = { { .kind = STEP_KILL_GROUP } } } };
	handler.slots[slot].episode = episode;
}

static void make(void)
{
	in_step(&first, 1);
	in_step(&second, 2);
}

static void clear(void)
{
	strangers_release(&handler, &first);
	strangers_release(&handler, &second);
}

START_TEST(opened_then_signalled)
{
	pid_t pid = child_make();

	ck_assert_int_eq(look(&first, pid), STRANGER_OPENED);
	ck_assert(child_is_alive(pid));
	ck_assert_int_eq(look(&first, pid), STRANGER_SIGNALLED);
	/* Not reaped yet: a list may name it still. */
	ck_assert_int_eq(look(&first, pid), STRANGER_DYING);
	expect_killed(pid);
	ck_assert_int_eq(look(&first, pid), STRANGER_GONE);
}
END_TEST

/* Two lists of one look may both name it; neither is younger than the descriptor. */
START_TEST(twice_in_one_look_is_once)
{
	pid_t pid = child_make();

	strangers_begin(&handler, &first);
	ck_assert_int_eq(strangers_meet(&handler, &first, (uint32_t)pid), STRANGER_OPENED);
	ck_assert_int_eq(strangers_meet(&handler, &first, (uint32_t)pid), STRANGER_OPENED);
	strangers_end(&handler, &first, true);
	ck_assert(child_is_alive(pid));
	ck_assert_int_eq(look(&first, pid), STRANGER_SIGNALLED);
	expect_killed(pid);
}
END_TEST

/* Named once and then no more: it left the group, and lives. */
START_TEST(whoever_left_is_spared)
{
	pid_t pid = child_make(), other = child_make();

	ck_assert_int_eq(look(&first, pid), STRANGER_OPENED);
	ck_assert_int_eq(look(&first, other), STRANGER_OPENED);
	/* Back again: that needs a confirmation of its own. */
	ck_assert_int_eq(look(&first, pid), STRANGER_OPENED);
	ck_assert(child_is_alive(pid) && child_is_alive(other));
	kill(pid, SIGKILL);
	kill(other, SIGKILL);
	expect_killed(pid);
	expect_killed(other);
}
END_TEST

/* A look that missed somebody forgets nobody. */
START_TEST(incomplete_look_keeps)
{
	pid_t pid = child_make();

	ck_assert_int_eq(look(&first, pid), STRANGER_OPENED);
	strangers_begin(&handler, &first);
	strangers_end(&handler, &first, false);
	ck_assert_int_eq(look(&first, pid), STRANGER_SIGNALLED);
	expect_killed(pid);
}
END_TEST

START_TEST(one_episode_at_a_time)
{
	pid_t pid = child_make();

	ck_assert_int_eq(look(&first, pid), STRANGER_OPENED);
	ck_assert_int_eq(look(&second, pid), STRANGER_WAITING);
	strangers_release(&handler, &second);
	ck_assert_int_eq(look(&first, pid), STRANGER_SIGNALLED);
	expect_killed(pid);
	strangers_release(&handler, &first);
	ck_assert_int_eq(look(&second, getpid()), STRANGER_OPENED);
}
END_TEST

/* Closed in mid-step, or on to the next one: nobody tells the table. */
START_TEST(left_behind_is_taken_over)
{
	ck_assert_int_eq(look(&first, getpid()), STRANGER_OPENED);
	first.policy.step[0].kind = STEP_KERNEL;
	ck_assert_int_eq(look(&second, getpid()), STRANGER_OPENED);
	in_step(&first, 1);
	ck_assert_int_eq(look(&first, getpid()), STRANGER_WAITING);
	handler.slots[second.slot].episode = NULL;
	ck_assert_int_eq(look(&first, getpid()), STRANGER_OPENED);
	/* The same slot, another episode. */
	first.trigger.count++;
	ck_assert_int_eq(look(&first, getpid()), STRANGER_OPENED);
}
END_TEST

START_TEST(so_many_in_one_look)
{
	pid_t pids[STRANGERS_OPENED + 1];

	strangers_begin(&handler, &first);
	for (int i = 0; i <= STRANGERS_OPENED; i++) {
		pids[i] = child_make();
		ck_assert_int_eq(strangers_meet(&handler, &first, (uint32_t)pids[i]),
				 i < STRANGERS_OPENED ? STRANGER_OPENED : STRANGER_WAITING);
	}
	strangers_end(&handler, &first, true);
	for (int i = 0; i <= STRANGERS_OPENED; i++) {
		kill(pids[i], SIGKILL);
		expect_killed(pids[i]);
	}
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("strangers", &tests);

	tcase_add_checked_fixture(tests, make, clear);
	tcase_add_test(tests, opened_then_signalled);
	tcase_add_test(tests, twice_in_one_look_is_once);
	tcase_add_test(tests, whoever_left_is_spared);
	tcase_add_test(tests, incomplete_look_keeps);
	tcase_add_test(tests, one_episode_at_a_time);
	tcase_add_test(tests, left_behind_is_taken_over);
	tcase_add_test(tests, so_many_in_one_look);
	return unit_run(suite);
}
