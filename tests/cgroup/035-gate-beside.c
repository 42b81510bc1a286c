/*
 * The kernel gate's probe makes a scratch group with a limit at the top of the hierarchy. An instance
 * whose policy matches it leaves it alone; what the probe sees must be the kernel's doing.
 *
 *     /oomhandlerd-gate-PID (4 MiB)    made and removed by each probe
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

#define PROBES 150

static struct instance instance;

/* What `oomhandlerd-supervisor --probe` prints. */
static void probe(char text[static 65536])
{
	char path[512];
	size_t used = 0;
	ssize_t out;
	int ends[2], status;
	pid_t pid;

	program_path("oomhandlerd-supervisor", false, path);
	expect(pipe2(ends, O_CLOEXEC) == 0);
	pid = fork();
	expect(pid >= 0);
	if (pid == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)execl(path, path, "--runtime-dir", instance.runtime, "--probe", (char *)NULL);
		_exit(127);
	}
	(void)close(ends[1]);
	while (used < 65535 && (out = read(ends[0], text + used, 65535 - used)) > 0)
		used += (size_t)out;
	text[used] = '\0';
	(void)close(ends[0]);
	expect(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
}

static bool gate_is_passed(struct json_object *checks)
{
	for (size_t i = 0; checks && i < json_object_array_length(checks); i++) {
		struct json_object *check = json_object_array_get_idx(checks, i);

		if (strcmp(json_text(check, "name"), "kernel-gate") == 0)
			return strcmp(json_text(check, "verdict"), "ok") == 0;
	}
	return false;
}

static void matched_and_left_alone(void)
{
	char text[65536];

	instance = instance_make("daemon");
	instance_policy(&instance, "50-gate",
			"[Match]\nCgroup=/oomhandlerd-gate-*\n[OnOOM]\nStep=kill\n");
	instance_start(&instance, (struct instance_options){ 0 });
	for (int i = 0; i < PROBES; i++) {
		probe(text);
		if (!gate_is_passed(json_at(json_tokener_parse(text), "checks")))
			test_fail(TEST_HERE, "probe: %s", text);
	}
	expect(!instance_logged(&instance, "armed"));
	expect(json_number(instance_page(&instance), "counts.episodes") == 0);
}

static const struct test tests[] = {
	{ .name = "matched-and-left-alone", .run = matched_and_left_alone },
};
TEST_MAIN(tests)
