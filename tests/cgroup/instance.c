/* See instance.h. */
#include "cgroup/instance.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/test.h"

#define START_MSEC 15000
#define STOP_MSEC 15000

void program_path(const char *name, bool hold_build, char path[static 512])
{
	const char *build = getenv(hold_build ? "HOLD_BUILD" : "BUILD");

	if (!build)
		build = hold_build ? "build/hold" : "build/plain";
	(void)snprintf(path, 512, "%s/%s", build, name);
}

static void folder_make(const char *path)
{
	if (mkdir(path, 0755) < 0)
		test_fail(TEST_HERE, "mkdir %s: %s", path, strerror(errno));
}

static void file_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file) < 0)
		test_fail(TEST_HERE, "%s: %s", path, strerror(errno));
}

struct instance instance_make(const char *name)
{
	struct instance instance = { 0 };
	char top[96];

	(void)snprintf(top, sizeof(top), "%s/%s", test_folder(), name);
	(void)snprintf(instance.runtime, sizeof(instance.runtime), "%s/run", top);
	(void)snprintf(instance.policies, sizeof(instance.policies), "%s/policy.d", top);
	(void)snprintf(instance.state, sizeof(instance.state), "%s/state", top);
	(void)snprintf(instance.config, sizeof(instance.config), "%s/oomhandlerd.conf", top);
	(void)snprintf(instance.log, sizeof(instance.log), "%s/%s.log", test_folder(), name);
	folder_make(top);
	folder_make(instance.runtime);
	folder_make(instance.policies);
	folder_make(instance.state);
	file_write(instance.config, "");
	return instance;
}

void instance_configure(const struct instance *instance, const char *lines)
{
	char text[1024];

	(void)snprintf(text, sizeof(text), "[Supervisor]\n%s", lines);
	file_write(instance->config, text);
}

void instance_policy(const struct instance *instance, const char *name, const char *format, ...)
{
	char path[256], text[4096];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	(void)snprintf(path, sizeof(path), "%s/%s.policy", instance->policies, name);
	file_write(path, text);
}

void instance_policy_victims(const struct instance *instance, const char *victim,
			     const char *on_oom)
{
	struct cg scratch = cg_scratch();

	instance_policy(instance, "50-test", "[Match]\nCgroup=%s/**\n\n[Victim]\n%s\n[OnOOM]\n%s",
			cg_label(&scratch), victim, on_oom);
}

void instance_policy_all(const struct instance *instance, const char *on_oom)
{
	struct cg scratch = cg_scratch();

	instance_policy(instance, "50-test", "[Match]\nCgroup=%s/**\n\n[OnOOM]\n%s",
			cg_label(&scratch), on_oom);
}

static void __attribute__((noreturn))
guardian_exec(const struct instance *instance, struct instance_options options)
{
	char path[512];
	int log = open(instance->log, O_WRONLY | O_CREAT | O_APPEND, 0644);
	char *arguments[16] = { path,
				(char *)"--config",
				(char *)instance->config,
				(char *)"--policy-dir",
				(char *)instance->policies,
				(char *)"--runtime-dir",
				(char *)instance->runtime,
				(char *)"--state-dir",
				(char *)instance->state };
	int count = 9;

	if (options.dry_run)
		arguments[count++] = (char *)"--dry-run";
	if (options.fail_kernel_gate)
		arguments[count++] = (char *)"--fail-kernel-gate";
	program_path("oomhandlerd", options.hold || options.hold_build, path);
	if (options.hold)
		(void)setenv("OOMHANDLERD_HOLD", options.hold, 1);
	if (log < 0 || dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0)
		_exit(126);
	(void)execv(path, arguments);
	_exit(127);
}

static void guardian_fork(struct instance *instance, struct instance_options options)
{
	expect(instance->guardian == 0);
	instance->guardian = fork();
	expect(instance->guardian >= 0);
	if (instance->guardian == 0)
		guardian_exec(instance, options);
}

/* Return: exit status, 128 + signal, or -1 while it runs. */
static int guardian_ended(struct instance *instance)
{
	int status;

	if (waitpid(instance->guardian, &status, WNOHANG) != instance->guardian)
		return -1;
	instance->guardian = 0;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static bool is_up(const struct instance *instance)
{
	struct json_object *page = instance_page(instance);

	return page && json_number(page, "pid") == instance->guardian &&
	       json_object_get_boolean(json_at(page, "handler.up"));
}

void instance_start(struct instance *instance, struct instance_options options)
{
	struct nsec end = nsec_after(clock_now(), nsec_from_msec(START_MSEC));

	guardian_fork(instance, options);
	while (!is_up(instance)) {
		int status = guardian_ended(instance);

		if (status >= 0)
			test_fail(TEST_HERE, "the daemon ended with %d instead of starting",
				  status);
		if (nsec_reached(clock_now(), end))
			test_fail(TEST_HERE, "no status page in %d ms", START_MSEC);
		test_nap_msec(5);
	}
}

static int await_end(struct instance *instance)
{
	int status = -1;

	if (!within(STOP_MSEC, (status = guardian_ended(instance)) >= 0))
		test_fail(TEST_HERE, "the daemon has not ended in %d ms", STOP_MSEC);
	return status;
}

int instance_run(struct instance *instance, struct instance_options options)
{
	guardian_fork(instance, options);
	return await_end(instance);
}

int instance_stop(struct instance *instance)
{
	expect(kill(instance->guardian, SIGTERM) == 0);
	return await_end(instance);
}

void instance_reload(const struct instance *instance)
{
	expect(kill(instance->guardian, SIGHUP) == 0);
}

void instance_start_armed(struct instance *instance, const struct cg *cg)
{
	instance_start(instance, (struct instance_options){ 0 });
	expect_within(10000, instance_group_is(instance, cg, "armed"));
}

pid_t instance_pid(const struct instance *instance, enum part part)
{
	static const char *const keys[] = {
		[PART_GUARDIAN] = "pid",
		[PART_HANDLER] = "handler_pid",
		[PART_SUPERVISOR] = "supervisor_pid",
	};
	struct json_object *page = instance_page(instance);

	expect(page);
	return (pid_t)json_number(page, keys[part]);
}

bool instance_held(const struct instance *instance, enum part part)
{
	return process_stopped(instance_pid(instance, part));
}

void instance_signal(const struct instance *instance, enum part part, int signal_number)
{
	expect(kill(instance_pid(instance, part), signal_number) == 0);
}

/* The children are orphans then and belong to the watchdog, which reaps them: gone or a zombie. */
static bool process_gone(pid_t pid)
{
	char state = process_state(pid);

	return state == '-' || state == 'Z';
}

void instance_kill_all(struct instance *instance)
{
	pid_t pids[] = { instance_pid(instance, PART_GUARDIAN),
			 instance_pid(instance, PART_HANDLER),
			 instance_pid(instance, PART_SUPERVISOR) };

	/* Stopped first, so that none of them sees another's death. */
	for (int i = 0; i < 3; i++)
		expect(kill(pids[i], SIGSTOP) == 0);
	for (int i = 0; i < 3; i++)
		expect(kill(pids[i], SIGKILL) == 0);
	expect(await_end(instance) == 128 + SIGKILL);
	expect_within(5000, process_gone(pids[1]) && process_gone(pids[2]));
}

pid_t hand_back_start(const struct instance *instance)
{
	char path[512];
	int log = open(instance->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	pid_t pid;

	program_path("oomhandlerd", false, path);
	expect(log >= 0);
	pid = fork();
	if (pid == 0) {
		(void)dup2(log, STDOUT_FILENO);
		(void)dup2(log, STDERR_FILENO);
		(void)execl(path, path, "--hand-back", (char *)NULL);
		_exit(127);
	}
	expect(pid > 0);
	(void)close(log);
	return pid;
}

void hand_back_expect(const struct instance *instance, pid_t pid)
{
	struct cg scratch = cg_scratch();
	char ours[CG_PATH_SIZE + 8];
	int status;

	expect(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	/* Another daemon may be alive on this host: its groups are busy, which is told by status 1. */
	if (WEXITSTATUS(status) != 0) {
		(void)snprintf(ours, sizeof(ours), "busy %s", scratch.path);
		expect(WEXITSTATUS(status) == 1 && instance_logged(instance, "busy "));
		expect(!instance_logged(instance, ours));
	}
}

struct json_object *json_at(struct json_object *object, const char *path)
{
	char name[64];

	while (object && *path) {
		size_t length = strcspn(path, ".");

		(void)snprintf(name, sizeof(name), "%.*s", (int)length, path);
		if (json_object_is_type(object, json_type_array))
			object = json_object_array_get_idx(object, (size_t)atoi(name));
		else if (!json_object_object_get_ex(object, name, &object))
			object = NULL;
		path += length + (path[length] == '.');
	}
	return object;
}

const char *json_text(struct json_object *object, const char *path)
{
	struct json_object *value = json_at(object, path);

	return value ? json_object_get_string(value) : "";
}

int64_t json_number(struct json_object *object, const char *path)
{
	struct json_object *value = json_at(object, path);

	return value ? json_object_get_int64(value) : 0;
}

struct json_object *instance_page(const struct instance *instance)
{
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/status.json", instance->runtime);
	if (access(path, R_OK) < 0)
		return NULL;
	return json_object_from_file(path);
}

struct json_object *instance_group(const struct instance *instance, const struct cg *cg)
{
	struct json_object *groups = json_at(instance_page(instance), "groups");

	for (size_t i = 0; groups && i < json_object_array_length(groups); i++) {
		struct json_object *group = json_object_array_get_idx(groups, i);

		if (strcmp(json_text(group, "cgroup"), cg_label(cg)) == 0)
			return group;
	}
	return NULL;
}

bool instance_group_is(const struct instance *instance, const struct cg *cg, const char *state)
{
	struct json_object *group = instance_group(instance, cg);

	return group && strcmp(json_text(group, "state"), state) == 0;
}

static bool has_victim(struct json_object *record, pid_t pid)
{
	struct json_object *victims = json_at(record, "victims");

	for (size_t i = 0; victims && i < json_object_array_length(victims); i++)
		if (json_number(json_object_array_get_idx(victims, i), "pid") == pid)
			return true;
	return false;
}

struct json_object *instance_record_of(const struct instance *instance, const struct task *victim)
{
	struct json_object *recent = json_at(instance_page(instance), "recent");

	for (size_t i = recent ? json_object_array_length(recent) : 0; i-- > 0;) {
		struct json_object *record = json_object_array_get_idx(recent, i);

		if (has_victim(record, victim->pid))
			return record;
	}
	return NULL;
}

/* The newest record about @cg, and how many there are. */
static struct json_object *records_find(const struct instance *instance, const struct cg *cg,
					unsigned int *ret_count)
{
	struct json_object *recent = json_at(instance_page(instance), "recent"), *found = NULL;

	*ret_count = 0;
	for (size_t i = 0; recent && i < json_object_array_length(recent); i++) {
		struct json_object *record = json_object_array_get_idx(recent, i);

		if (strcmp(json_text(record, "cgroup"), cg_label(cg)) != 0)
			continue;
		found = record;
		++*ret_count;
	}
	return found;
}

struct json_object *instance_record(const struct instance *instance, const struct cg *cg)
{
	unsigned int count;

	return records_find(instance, cg, &count);
}

unsigned int instance_records(const struct instance *instance, const struct cg *cg)
{
	unsigned int count;

	(void)records_find(instance, cg, &count);
	return count;
}

static void __attribute__((noreturn))
ctl_exec(const struct instance *instance, int out, const char *verb, const char *argument)
{
	char path[512];

	program_path("oomhandlerctl", false, path);
	(void)dup2(out, STDOUT_FILENO);
	(void)dup2(out, STDERR_FILENO);
	(void)execl(path, path, "--runtime-dir", instance->runtime, verb, argument, (char *)NULL);
	_exit(127);
}

int instance_ctl(const struct instance *instance, char text[static 65536], const char *verb,
		 const char *argument)
{
	int ends[2], status;
	size_t used = 0;
	ssize_t out;
	pid_t pid;

	expect(pipe2(ends, O_CLOEXEC) == 0);
	pid = fork();
	expect(pid >= 0);
	if (pid == 0)
		ctl_exec(instance, ends[1], verb, argument);
	(void)close(ends[1]);
	while (used < 65535 && (out = read(ends[0], text + used, 65535 - used)) > 0)
		used += (size_t)out;
	text[used] = '\0';
	(void)close(ends[0]);
	expect(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool instance_logged(const struct instance *instance, const char *text)
{
	FILE *file = fopen(instance->log, "r");
	char line[4096];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, text) != NULL;
	if (file)
		(void)fclose(file);
	return found;
}

unsigned int process_descriptors(pid_t pid)
{
	char path[64];
	unsigned int count = 0;
	DIR *folder;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	folder = opendir(path);
	expect(folder);
	while (readdir(folder))
		count++;
	(void)closedir(folder);
	return count;
}

int process_oom_score_adj(pid_t pid)
{
	char path[64];
	int value = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)pid);
	file = fopen(path, "r");
	expect(file && fscanf(file, "%d", &value) == 1 && fclose(file) == 0);
	return value;
}

void witness_killed(const struct instance *instance, const struct cg *cg, struct task *victim)
{
	char text[65536], pid[32];
	struct json_object *record;

	expect_within(10000, task_exited(victim));
	expect(task_killed(victim));
	expect_within(10000, instance_record_of(instance, victim));
	record = instance_record_of(instance, victim);
	if (strcmp(json_text(record, "kind"), "resolved") != 0 ||
	    strcmp(json_text(record, "limit_cgroup"), cg_label(cg)) != 0)
		test_fail(TEST_HERE, "record: %s", json_object_to_json_string(record));
	(void)snprintf(pid, sizeof(pid), "%d", (int)victim->pid);
	expect(instance_ctl(instance, text, "show", cg_label(cg)) == 0);
	if (!strstr(text, pid))
		test_fail(TEST_HERE, "oomhandlerctl show does not name %s:\n%s", pid, text);
}
