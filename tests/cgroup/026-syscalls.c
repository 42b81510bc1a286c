/*
 * What the handler's loop asks of the kernel while it resolves: a kill, a loan with its nudge and the
 * kernel step behind it, a clean end, a kill by the kernel's hand, a whole group. Only system calls of
 * hot_calls.c, on descriptors that were there before: it opens nothing, maps nothing, allocates nothing,
 * makes no thread and never sleeps outside epoll_wait.
 *
 *     scratch
 *     └── web (32 MiB, armed)    small, hog
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/hot_calls.h"
#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web;
static char trace[512];

static pid_t strace_start(pid_t target)
{
	char pid[16];
	pid_t child;

	(void)snprintf(trace, sizeof(trace), "%s/trace", test_folder());
	(void)snprintf(pid, sizeof(pid), "%d", target);
	child = fork();
	expect(child >= 0);
	if (child == 0) {
		execlp("strace", "strace", "-q", "-e", "signal=none", "-o", trace, "-p", pid,
		       (char *)NULL);
		_exit(errno == ENOENT ? 77 : 1);
	}
	return child;
}

static void trace_begin(pid_t *ret_strace)
{
	pid_t handler = instance_pid(&instance, PART_HANDLER);
	int status = 0;

	*ret_strace = strace_start(handler);
	for (int i = 0; i < 500 && !process_is_traced(handler); i++) {
		if (waitpid(*ret_strace, &status, WNOHANG) > 0)
			test_skip("strace cannot trace here (status %d)", status);
		test_nap_msec(10);
	}
	expect(process_is_traced(handler));
}

static bool was_called(const char *wanted)
{
	char line[1024];
	bool found = false;
	FILE *file = fopen(trace, "re");

	expect(file);
	while (fgets(line, sizeof(line), file))
		found = found || strncmp(line, wanted, strlen(wanted)) == 0;
	(void)fclose(file);
	return found;
}

/* SIGKILL goes by a program in the kernel where there is one that can. */
static bool kill_was_called(void)
{
	return was_called("pidfd_send_signal(") || was_called("bpf(BPF_PROG_TEST_RUN");
}

static void trace_end(pid_t strace)
{
	char line[1024];
	unsigned int calls = 0;
	FILE *file;

	expect(kill(strace, SIGINT) == 0);
	expect(waitpid(strace, NULL, 0) == strace);
	file = fopen(trace, "re");
	expect(file);
	while (fgets(line, sizeof(line), file)) {
		char *end = strchr(line, '(');

		if (!end)
			continue; /* "+++ exited" and the like */
		*end = '\0';
		if (!hot_call_named(line))
			test_fail(TEST_HERE, "the loop called %s(%s", line, end + 1);
		calls++;
	}
	(void)fclose(file);
	expect(calls > 0);
	test_note("%u system calls", calls);
}

static void prepare(const char *on_oom)
{
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, on_oom);
	instance_start_armed(&instance, &web);
}

static void kill_step(void)
{
	struct task *small, *hog;
	pid_t strace;

	prepare("Step=kill\n");
	small = task_start(&web, "small");
	hog = task_start(&web, "hog");
	task_fill(small, 4);
	trace_begin(&strace);
	task_touch(hog, 64);
	expect_within(10000, task_killed(hog));
	expect_within(10000, instance_record_of(&instance, hog));
	trace_end(strace);
	expect(kill_was_called());
	expect(!task_exited(small));
}

static void raise_then_kernel(void)
{
	struct task *hog;
	pid_t strace;

	prepare("Step=raise-limit by=8M max=40M for=1s\nStep=kernel\n");
	hog = task_start(&web, "hog");
	trace_begin(&strace);
	task_touch(hog, 96);
	expect_within(10000, task_killed(hog));
	expect_within(10000, instance_record(&instance, &web));
	trace_end(strace);
	expect(was_called("pwrite64("));
	expect(strcmp(json_text(instance_record(&instance, &web), "kind"), "handed-back") == 0);
}

static void terminate_then_kill(void)
{
	struct task *stubborn;
	pid_t strace;

	prepare("Step=terminate grace=1s reserve=4M\nStep=kill\nDeadline=20s\n");
	stubborn = task_start_as(&web, (struct task_guise){ .comm = "stubborn",
							    .term = TASK_TERM_IGNORE });
	trace_begin(&strace);
	task_touch(stubborn, 64);
	expect_within(15000, task_killed(stubborn));
	expect_within(10000, instance_record_of(&instance, stubborn));
	trace_end(strace);
	expect(was_called("pidfd_send_signal("));
}

static void by_the_kernels_hand(void)
{
	struct task *hog;
	pid_t strace;

	prepare("Step=kill via=kernel\nDeadline=20s\n");
	hog = task_start(&web, "hog");
	trace_begin(&strace);
	task_touch(hog, 64);
	expect_within(10000, task_killed(hog));
	expect_within(10000, instance_record_of(&instance, hog));
	trace_end(strace);
	expect(was_called("pwrite64("));
}

static void whole_group(void)
{
	struct task *task[20];
	pid_t strace;

	prepare("Step=kill-group\nDeadline=20s\n");
	trace_begin(&strace);
	for (int i = 0; i < 20; i++)
		task[i] = task_start(&web, "one-of-many");
	task_touch(task[0], 64);
	for (int i = 0; i < 20; i++)
		expect_within(10000, task_killed(task[i]));
	expect_within(10000, instance_record(&instance, &web));
	trace_end(strace);
	expect(kill_was_called());
}

static const struct test tests[] = {
	{ .name = "kill-step", .run = kill_step },
	{ .name = "raise-then-kernel", .run = raise_then_kernel },
	{ .name = "terminate-then-kill", .run = terminate_then_kill },
	{ .name = "by-the-kernels-hand", .run = by_the_kernels_hand },
	{ .name = "whole-group", .run = whole_group },
};
TEST_MAIN(tests)
