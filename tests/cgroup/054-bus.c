/*
 * The bus against those who ask: who may change, who hangs, who floods, and a daemon that cannot answer.
 *
 *     scratch
 *     └── web (32 MiB, armed)
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

#define NOBODY 65534

static struct instance instance;
static struct cg web;
static char text[65536];

static void start(void)
{
	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\n");
	instance_start_armed(&instance, &web);
}

static int ctl(const char *verb)
{
	return instance_ctl(&instance, text, verb, cg_label(&web));
}

static int bus_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	expect(fd >= 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%.100s/bus", instance.runtime);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* Has the daemon closed it? */
static bool is_closed(int fd)
{
	char byte;
	ssize_t out = recv(fd, &byte, 1, MSG_DONTWAIT);

	return out == 0 || (out < 0 && errno != EAGAIN);
}

/* The exit status of oomhandlerctl as somebody else. */
static int ctl_as_nobody(const char *verb)
{
	char program[512];
	int status;
	pid_t pid;

	program_path("oomhandlerctl", false, program);
	pid = fork();
	expect(pid >= 0);
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		(void)dup2(null, STDOUT_FILENO);
		(void)dup2(null, STDERR_FILENO);
		if (setgid(NOBODY) == 0 && setuid(NOBODY) == 0)
			(void)execl(program, program, "--runtime-dir", instance.runtime, verb,
				    cg_label(&web), (char *)NULL);
		_exit(127);
	}
	expect(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The folder of a test is for root alone: opened up for the others here. */
static void let_others_in(void)
{
	char path[512];
	struct stat status;

	(void)snprintf(path, sizeof(path), "%s", instance.runtime);
	for (char *end = strrchr(path, '/'); end && end != path; end = strrchr(path, '/')) {
		*end = '\0';
		if (stat(path, &status) == 0 && !(status.st_mode & S_IXOTH))
			expect(chmod(path, status.st_mode | S_IXOTH) == 0);
		if (strcmp(path, test_folder()) == 0)
			break;
	}
	program_path("oomhandlerctl", false, path);
	if (ctl_as_nobody("--version") == 127)
		test_skip("%s cannot be run by others", path);
}

static void others_look_and_root_changes(void)
{
	start();
	let_others_in();
	expect(ctl_as_nobody("explain") == 0);
	expect(ctl_as_nobody("release") == 1);
	expect(ctl_as_nobody("arm") == 1);
	expect_for(1500, cg_killer_off(&web));
	expect(ctl("release") == 0);
	expect(!cg_killer_off(&web));
}

/* Sixteen of root's own: even those are closed after a time. */
static void hanging_clients_are_closed(void)
{
	int fds[16];

	start();
	for (int i = 0; i < 16; i++) {
		fds[i] = bus_connect();
		expect(fds[i] >= 0);
	}
	expect_within(12000, ctl("explain") == 0);
	for (int i = 0; i < 16; i++)
		expect_within(12000, is_closed(fds[i]));
}

/* One message that is announced and never ends, and noise: closed, and the daemon has not grown. */
static void floods_are_cut(void)
{
	static const char greeting[] = "\0AUTH EXTERNAL 30\r\nBEGIN\r\n";
	/* A D-Bus header: little-endian, a method call with a body of 100 MiB. */
	static const unsigned char header[16] = {
		'l', 1, 0, 1, 0, 0, 64, 6, 1, 0, 0, 0, 0, 0, 0, 0
	};
	static char noise[65536];
	int fd;

	start();
	fd = bus_connect();
	expect(send(fd, greeting, sizeof(greeting) - 1, MSG_NOSIGNAL) > 0);
	expect(send(fd, header, sizeof(header), MSG_NOSIGNAL) > 0);
	/* Slower than it would take them all at once; bounded, whatever becomes of it. */
	for (int i = 0; i < 400 && !is_closed(fd); i++)
		if (send(fd, noise, sizeof(noise), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			test_nap_msec(5);
	expect_within(3000, send(fd, noise, 1, MSG_NOSIGNAL) < 0 && errno == EPIPE);
	expect(ctl("explain") == 0);
	expect(instance_group_is(&instance, &web, "armed"));
}

static void questions_are_answered_during_a_crowd(void)
{
	start();
	for (int i = 0; i < 200; i++)
		(void)bus_connect(); /* left open, or refused */
	expect_within(12000, ctl("explain") == 0);
	expect(instance_group_is(&instance, &web, "armed"));
}

static void stopped_supervisor_is_not_reachable(void)
{
	struct nsec begin;

	start();
	instance_signal(&instance, PART_GUARDIAN, SIGSTOP); /* lest it replaces the supervisor */
	instance_signal(&instance, PART_SUPERVISOR, SIGSTOP);
	begin = clock_now();
	expect(ctl("explain") == 3);
	expect(test_msec_since(begin) < 4000);
	instance_signal(&instance, PART_SUPERVISOR, SIGCONT);
	instance_signal(&instance, PART_GUARDIAN, SIGCONT);
	expect_within(10000, ctl("explain") == 0);
}

static void next_supervisor_listens(void)
{
	pid_t former;

	start();
	former = instance_pid(&instance, PART_SUPERVISOR);
	instance_signal(&instance, PART_SUPERVISOR, SIGKILL);
	expect_within(10000, instance_pid(&instance, PART_SUPERVISOR) != former);
	expect_within(10000, ctl("explain") == 0);
	expect(instance_stop(&instance) == 0);
	expect(ctl("explain") == 3);
}

static void reload_says_how_it_went(void)
{
	start();
	expect(instance_ctl(&instance, text, "reload", NULL) == 0);
	instance_policy(&instance, "60-bad", "[Match]\nCgroup=/nowhere\n[OnOOM]\nStep=dance\n");
	expect(instance_ctl(&instance, text, "reload", NULL) == 5);
	expect(strstr(text, "60-bad.policy:4"));
	expect(cg_killer_off(&web));
}

static const struct test tests[] = {
	{ .name = "others-look-and-root-changes", .run = others_look_and_root_changes },
	{ .name = "hanging-clients-are-closed", .run = hanging_clients_are_closed },
	{ .name = "floods-are-cut", .run = floods_are_cut },
	{ .name = "questions-are-answered-during-a-crowd",
	  .run = questions_are_answered_during_a_crowd },
	{ .name = "stopped-supervisor-is-not-reachable",
	  .run = stopped_supervisor_is_not_reachable },
	{ .name = "next-supervisor-listens", .run = next_supervisor_listens },
	{ .name = "reload-says-how-it-went", .run = reload_says_how_it_went },
};
TEST_MAIN(tests)
