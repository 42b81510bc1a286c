/*
 * A hook is told before anybody is killed, and costs its own time at most: one that answers, one that
 * closes, one that hangs, one that is not there, one that says something strange.
 *
 *     scratch
 *     └── web (32 MiB, armed)    hog
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

static struct instance instance;
static struct cg web;
static struct task *hog;
static char path[108];
static int listener = -1;

static void listen_at_path(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	expect(listener >= 0);
	expect(bind(listener, (const struct sockaddr *)&address, sizeof(address)) == 0);
	expect(listen(listener, 4) == 0);
}

static void serve(const char *timeout)
{
	char on_oom[256];

	web = cg_make("web", 32);
	instance = instance_make("daemon");
	(void)snprintf(path, sizeof(path), "%s/hook.sock", test_folder());
	(void)snprintf(on_oom, sizeof(on_oom),
		       "Step=hook socket=%s timeout=%s\nStep=kill\n"
		       "Deadline=30s\n",
		       path, timeout);
	instance_policy_all(&instance, on_oom);
	instance_start_armed(&instance, &web);
	hog = task_start(&web, "hog");
}

/* A connection, and the line on it. */
static int hook_accept(char line[static 4096])
{
	int fd = -1;
	ssize_t length;

	expect_within(5000, (fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0);
	length = recv(fd, line, 4095, 0);
	expect(length > 0 && line[length - 1] == '\n');
	line[length] = '\0';
	return fd;
}

static void expect_line(const char *line)
{
	struct json_object *told = json_tokener_parse(line);

	expect(told);
	expect(strcmp(json_text(told, "cgroup"), cg_label(&web)) == 0);
	expect(strcmp(json_text(told, "policy"), "50-test") == 0);
	expect(json_number(told, "victim_pid") == hog->pid);
	expect(strcmp(json_text(told, "victim_comm"), "hog") == 0);
	expect(json_number(told, "limit") == (int64_t)bytes_from_mib(32).count);
	expect(json_number(told, "usage") > (int64_t)bytes_from_mib(24).count);
}

static struct json_object *expect_killed(void)
{
	expect_within(5000, task_killed(hog));
	expect_within(5000, instance_record_of(&instance, hog));
	return instance_record_of(&instance, hog);
}

static void expect_result(struct json_object *record, const char *result)
{
	expect(strcmp(json_text(record, "steps.0.step"), "hook") == 0);
	if (strcmp(json_text(record, "steps.0.result"), result) != 0)
		test_fail(TEST_HERE, "the hook's result is %s (%s)",
			  json_text(record, "steps.0.result"), json_text(record, "steps.0.error"));
	expect(strcmp(json_text(record, "steps.1.step"), "kill") == 0);
}

/* Nobody dies while it thinks. */
static void told_before_the_kill(void)
{
	char line[4096];
	int fd;

	serve("10s");
	listen_at_path();
	task_touch(hog, 64);
	fd = hook_accept(line);
	expect_line(line);
	expect_for(500, !task_exited(hog));
	expect(close(fd) == 0);
	expect_result(expect_killed(), "done");
}

static void answer_with(const char *answer, const char *result)
{
	char line[4096];
	int fd;

	serve("10s");
	listen_at_path();
	task_touch(hog, 64);
	fd = hook_accept(line);
	expect(send(fd, answer, strlen(answer), 0) == (ssize_t)strlen(answer));
	expect_result(expect_killed(), result);
	expect(close(fd) == 0);
}

static void answers_ok(void)
{
	answer_with("ok\n", "done");
}

/* It helps: whoever it ends makes room, and nobody else is killed. */
static void helps(void)
{
	struct task *spare;
	char line[4096];
	int fd;

	serve("10s");
	listen_at_path();
	spare = task_start(&web, "spare");
	task_fill(spare, 12);
	task_touch(hog, 28);
	fd = hook_accept(line);
	task_exit(spare);
	expect_within(5000, task_done(hog));
	expect(close(fd) == 0);
	expect_within(5000, instance_record(&instance, &web));
	expect(!task_exited(hog));
	expect(strcmp(json_text(instance_record(&instance, &web), "kind"), "resolved") == 0 ||
	       strcmp(json_text(instance_record(&instance, &web), "kind"), "passed") == 0);
}

static void hangs(void)
{
	struct json_object *record;
	struct nsec start;
	char line[4096];

	serve("1s");
	listen_at_path();
	task_touch(hog, 64);
	(void)hook_accept(line); /* and nothing comes */
	start = clock_now();
	record = expect_killed();
	expect(test_msec_since(start) < 3500);
	expect(json_number(record, "steps.0.ended_usec") -
		       json_number(record, "steps.0.begun_usec") <
	       1500 * 1000);
	expect(json_number(record, "steps.0.ended_usec") -
		       json_number(record, "steps.0.begun_usec") >
	       900 * 1000);
	expect_result(record, "timed-out");
}

/* The queue is full: connecting is tried again, in the loop of a daemon that goes on with all else. */
static void does_not_accept(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct json_object *record;

	serve("1s");
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	listen_at_path();
	expect(listen(listener, 0) == 0);
	for (int i = 0; i < 4; i++) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

		(void)connect(fd, (const struct sockaddr *)&address,
			      sizeof(address)); /* till full */
	}
	task_touch(hog, 64);
	record = expect_killed();
	expect_result(record, "timed-out");
	expect(instance_group_is(&instance, &web, "armed"));
}

static void is_not_there(void)
{
	struct nsec start;

	serve("10s");
	start = clock_now();
	task_touch(hog, 64);
	expect_result(expect_killed(), "failed");
	expect(test_msec_since(start) < 5000);
}

static void says_something_strange(void)
{
	answer_with("no\n", "failed");
}

static const struct test tests[] = {
	{ .name = "told-before-the-kill", .run = told_before_the_kill },
	{ .name = "answers-ok", .run = answers_ok },
	{ .name = "helps", .run = helps },
	{ .name = "hangs", .run = hangs },
	{ .name = "does-not-accept", .run = does_not_accept },
	{ .name = "is-not-there", .run = is_not_there },
	{ .name = "says-something-strange", .run = says_something_strange },
};
TEST_MAIN(tests)
