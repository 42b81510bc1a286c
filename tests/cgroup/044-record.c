/*
 * The record of an episode: it is complete and its numbers agree with what the test reads itself; it
 * outlives the daemon, also one that is killed in the middle of writing it; and the files keep in their
 * bound.
 *
 *     scratch
 *     └── web (48 MiB, armed)    small, middle, hog
 */
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

#define OUTPUT_SIZE 262144
#define HISTORY_SIZE 1048576 /* the least that is allowed */

static struct instance instance;
static struct cg web;
static char output[OUTPUT_SIZE];

static void prepare(void)
{
	web = cg_make("web", 48);
	instance = instance_make("daemon");
	instance_policy_victims(&instance, "Prefer=comm:hog\nProtect=comm:small\n", "Step=kill\n");
}

/* Standard output of oomhandlerctl is in @output. Return: its exit status. */
static int ctl(const char *format, ...)
{
	char path[512], arguments[256], command[1024];
	va_list list;
	size_t length;
	FILE *pipe;
	int status;

	va_start(list, format);
	(void)vsnprintf(arguments, sizeof(arguments), format, list);
	va_end(list);
	program_path("oomhandlerctl", false, path);
	(void)snprintf(command, sizeof(command), "exec %s --state-dir '%s' %s 2>&1", path,
		       instance.state, arguments);
	pipe = popen(command, "r");
	expect(pipe);
	length = fread(output, 1, sizeof(output) - 1, pipe);
	output[length] = '\0';
	status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* Records in the history, or -1 while it cannot be read; those of damaged lines in @ret_damaged. */
static int recorded(int64_t *ret_damaged)
{
	struct json_object *answer, *records;
	char *from;

	if (ctl("--json history") != 0)
		return -1;
	from = strchr(output, '{'); /* what is damaged is also said on standard error */
	answer = from ? json_tokener_parse(from) : NULL;
	records = json_at(answer, "records");
	if (!records)
		return -1;
	*ret_damaged = json_number(answer, "damaged");
	return (int)json_object_array_length(records);
}

static uint64_t size_of(const char *name)
{
	char path[256];
	struct stat status;

	(void)snprintf(path, sizeof(path), "%s/%s", instance.state, name);
	return stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
}

static void oom_with(struct task *hog)
{
	task_touch(hog, 64);
	expect_within(10000, task_killed(hog));
}

static struct task *oom_once(void)
{
	struct task *hog = task_start(&web, "hog");

	oom_with(hog);
	return hog;
}

static uint64_t status_of(pid_t pid, const char *key)
{
	char path[64], line[256];
	uint64_t value = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "r");
	expect(file);
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, key, strlen(key)) == 0)
			(void)sscanf(line + strlen(key), ": %" SCNu64, &value);
	(void)fclose(file);
	return value * BYTES_PER_KIB;
}

static void expect_members(struct json_object *object, const char *const *keys)
{
	for (; *keys; keys++)
		if (!json_object_object_get_ex(object, *keys, NULL))
			test_fail(TEST_HERE, "%s is missing", *keys);
}

static void expect_complete(struct json_object *record)
{
	static const char *const members[] = { "id",
					       "time",
					       "kind",
					       "cgroup",
					       "limit_cgroup",
					       "policy",
					       "cause",
					       "limit",
					       "usage",
					       "failcnt",
					       "failcnt_rise",
					       "counter",
					       "memsw",
					       "memory",
					       "found_by",
					       "order",
					       "unit",
					       "candidates_total",
					       "eligible",
					       "asleep",
					       "facts_missed",
					       "facts_age_usec",
					       "decide_usec",
					       "resolve_usec",
					       "candidates",
					       "victims",
					       "steps",
					       "last_resort",
					       "proof",
					       "error",
					       "usage_after",
					       "freed",
					       "kernel_kills",
					       "page_faults",
					       "source",
					       "dry_run",
					       NULL };
	static const char *const process[] = { "pid",		"uid",	    "comm",    "exe",
					       "oom_score_adj", "asleep",   "vm_size", "rss",
					       "anon",		"file",	    "shmem",   "swap",
					       "page_tables",	"badness",  "sharers", "tier",
					       "rule",		"age_msec", "cgroup",  NULL };
	static const char *const victim[] = { "signal",		"end",	       "error",
					      "signalled_usec", "exited_usec", NULL };
	static const char *const step[] = { "step",	  "result", "error", "begun_usec",
					    "ended_usec", "amount", "count", NULL };

	expect_members(record, members);
	expect_members(json_at(record, "candidates.0"), process);
	expect_members(json_at(record, "candidates.2"), process);
	expect_members(json_at(record, "victims.0"), process);
	expect_members(json_at(record, "victims.0"), victim);
	expect_members(json_at(record, "steps.0"), step);
}

/* The candidate entry of @task. */
static struct json_object *entry_of(struct json_object *record, const struct task *task)
{
	struct json_object *list = json_at(record, "candidates");

	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *entry = json_object_array_get_idx(list, i);

		if (json_number(entry, "pid") == task->pid)
			return entry;
	}
	test_fail(TEST_HERE, "process %d is not among the candidates", (int)task->pid);
}

static bool is_near(int64_t value, uint64_t expected)
{
	const int64_t slack = (int64_t)bytes_from_mib(1).count;

	return value > (int64_t)expected - slack && value < (int64_t)expected + slack;
}

/* They sleep before and after: what the test reads later is what it was. */
static void expect_sizes(struct json_object *entry, const struct task *task)
{
	expect(is_near(json_number(entry, "rss"), status_of(task->pid, "VmRSS")));
	expect(is_near(json_number(entry, "anon"), status_of(task->pid, "RssAnon")));
	expect(is_near(json_number(entry, "file"), status_of(task->pid, "RssFile")));
	expect(is_near(json_number(entry, "vm_size"), status_of(task->pid, "VmSize")));
	expect(json_number(entry, "page_tables") > 0);
	expect(json_number(entry, "rss") == json_number(entry, "anon") +
						    json_number(entry, "file") +
						    json_number(entry, "shmem"));
}

/*
 * What the group had of anonymous memory is what its processes had, less what they have in common with
 * the test that forked them, which is charged elsewhere; and no sum is more than the limit.
 */
static void expect_sums(struct json_object *record, uint64_t inherited)
{
	int64_t stat = json_number(record, "memory.rss"), limit = json_number(record, "limit");
	struct json_object *list = json_at(record, "candidates");
	const int64_t slack = (int64_t)bytes_from_mib(4).count;
	int64_t anon = -(int64_t)inherited;

	for (size_t i = 0; i < json_object_array_length(list); i++)
		anon += json_number(json_object_array_get_idx(list, i), "anon");
	test_note("memory.rss %" PRId64 ", sum of candidates' anon %" PRId64 ", limit %" PRId64,
		  stat, anon, limit);
	expect(limit == (int64_t)bytes_from_mib(48).count);
	expect(json_number(record, "usage") <= limit &&
	       json_number(record, "usage") > limit - slack);
	expect(stat > 0 && stat <= limit);
	expect(stat > anon - slack && stat < anon + slack);
	expect(stat + json_number(record, "memory.cache") <= json_number(record, "usage") + slack);
	expect(json_number(record, "freed") ==
	       json_number(record, "usage") - json_number(record, "usage_after"));
}

static void record_is_complete(void)
{
	struct task *small, *middle, *hog;
	struct json_object *record;
	uint64_t inherited;

	prepare();
	instance_start_armed(&instance, &web);
	small = task_start(&web, "small");
	middle = task_start(&web, "middle");
	hog = task_start(&web, "hog");
	inherited = status_of(small->pid, "RssAnon") + status_of(middle->pid, "RssAnon") +
		    status_of(hog->pid, "RssAnon");
	task_fill(small, 4);
	task_fill(middle, 8);
	oom_with(hog);
	expect_within(5000, instance_record_of(&instance, hog));
	record = instance_record_of(&instance, hog);
	expect_complete(record);
	expect_sizes(entry_of(record, small), small);
	expect_sizes(entry_of(record, middle), middle);
	expect_sums(record, inherited);
	expect(strcmp(json_text(entry_of(record, hog), "rule"), "Prefer=comm:hog") == 0);
	expect(strcmp(json_text(entry_of(record, small), "rule"), "Protect=comm:small") == 0);
	expect(strcmp(json_text(entry_of(record, small), "tier"), "protected") == 0);
	expect(strcmp(json_text(record, "victims.0.signal"), "SIGKILL") == 0);
	expect(strcmp(json_text(record, "cause"), "oom") == 0);
	expect(json_number(record, "asleep") >= 1);
	expect(json_number(record, "victims.0.exited_usec") >=
	       json_number(record, "victims.0.signalled_usec"));
}

/* The text has what the kernel's own report has of the same event. */
static void record_reads_as_a_report(void)
{
	static const char *const parts[] = { "memory.stat",	"inactive_anon", "COUNTER", "RSS",
					     "BADNESS",		"small",	 "SIGKILL", "freed",
					     "Prefer=comm:hog", "proof" };
	struct task *small;
	char id[64];

	prepare();
	instance_start_armed(&instance, &web);
	small = task_start(&web, "small");
	task_fill(small, 4);
	(void)oom_once();
	expect_within(5000, instance_record(&instance, &web));
	(void)snprintf(id, sizeof(id), "%s", json_text(instance_record(&instance, &web), "id"));
	expect(ctl("record %.*s", (int)strlen(id) - 2, id) == 0);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!strstr(output, parts[i]))
			test_fail(TEST_HERE, "no %s in:\n%s", parts[i], output);
	expect(ctl("record 0123456789abcdef0") == 1);
	expect(strstr(output, "no such record"));
	expect(ctl("history --cgroup '%s'", cg_label(&web)) == 0);
	expect(strstr(output, id));
	expect(ctl("history --cgroup /no/such") == 0);
	expect(!strstr(output, id));
	expect(ctl("history --since 1h --limit 1") == 0);
	expect(strstr(output, id));
}

static void history_outlives_the_daemon(void)
{
	struct task *hog;
	int64_t damaged;
	char id[64];

	prepare();
	instance_start_armed(&instance, &web);
	hog = oom_once();
	expect_within(5000, instance_record_of(&instance, hog));
	(void)snprintf(id, sizeof(id), "%s", json_text(instance_record_of(&instance, hog), "id"));
	expect(instance_stop(&instance) == 0);
	expect(recorded(&damaged) == 1 && damaged == 0);
	expect(ctl("record %s", id) == 0 && strstr(output, "hog"));
	instance_start_armed(&instance, &web);
	expect(instance_record_of(&instance, hog));
	(void)oom_once();
	expect_within(5000, recorded(&damaged) == 2);
	expect(damaged == 0);
}

static pid_t stopped_child(pid_t parent)
{
	char path[64];
	FILE *file;
	pid_t found = 0;
	int pid;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)parent, (int)parent);
	file = fopen(path, "r");
	while (file && fscanf(file, "%d", &pid) == 1)
		if (process_stopped(pid))
			found = pid;
	if (file)
		(void)fclose(file);
	return found;
}

/* The page of a supervisor that has just come may tell of a moment before the handler let go. */
static bool is_armed_for_good(void)
{
	return !within(1500, !instance_group_is(&instance, &web, "armed") || !cg_killer_off(&web));
}

/*
 * Half a line is in the file. Readers pass it over; the next supervisor cuts it off and writes the record
 * whole, which is in the handler's ring until it is kept. It reads the same environment and stands there
 * once as well.
 */
static void supervisor_killed_in_mid_write(void)
{
	pid_t first, second;
	int64_t damaged;

	prepare();
	instance_start(&instance, (struct instance_options){ .hold = "history-in-write" });
	expect_within(10000, instance_group_is(&instance, &web, "armed"));
	(void)oom_once();
	expect_within(5000, instance_held(&instance, PART_SUPERVISOR));
	first = instance_pid(&instance, PART_SUPERVISOR);
	expect(size_of("history.jsonl") > 0);
	expect(recorded(&damaged) == 0 && damaged == 1);
	expect(kill(first, SIGKILL) == 0);
	expect_within(15000, (second = stopped_child(instance.guardian)) && second != first);
	expect(kill(second, SIGCONT) == 0);
	expect_within(10000, recorded(&damaged) == 1 && damaged == 0);
	expect_within(15000, instance_pid(&instance, PART_SUPERVISOR) == second);
	expect_within(15000, is_armed_for_good());
	(void)oom_once();
	expect_within(10000, recorded(&damaged) == 2);
	expect(damaged == 0);
}

/* Everything dies with half a line in the file: the next daemon's records are whole. */
static void all_killed_in_mid_write(void)
{
	int64_t damaged;

	prepare();
	instance_start(&instance, (struct instance_options){ .hold = "history-in-write" });
	expect_within(10000, instance_group_is(&instance, &web, "armed"));
	(void)oom_once();
	expect_within(5000, instance_held(&instance, PART_SUPERVISOR));
	instance_kill_all(&instance);
	expect(recorded(&damaged) == 0 && damaged == 1);
	instance_start_armed(&instance, &web);
	(void)oom_once();
	expect_within(10000, recorded(&damaged) == 1);
	expect(damaged == 0);
}

static void oom_recorded(void)
{
	struct task *hog = oom_once();

	expect_within(10000, instance_record_of(&instance, hog));
	expect(size_of("history.jsonl") <= HISTORY_SIZE / 2);
	expect(size_of("history.1.jsonl") <= HISTORY_SIZE / 2);
}

/* With copies of its first record, as long as there is room for one. Return: its size. */
static uint64_t newer_fill(void)
{
	static char line[HISTORY_SIZE / 2];
	uint64_t size = size_of("history.jsonl");
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/history.jsonl", instance.state);
	file = fopen(path, "r+");
	expect(file && fgets(line, sizeof(line), file) && fseek(file, 0, SEEK_END) == 0);
	for (; size + strlen(line) <= HISTORY_SIZE / 2; size += strlen(line))
		expect(fputs(line, file) >= 0);
	expect(fclose(file) == 0 && size_of("history.jsonl") == size);
	return size;
}

/* A record may be shorter than the copies, and find room yet. */
static void newer_becomes_older(void)
{
	uint64_t full = newer_fill();

	for (int i = 0; i < 5 && size_of("history.jsonl") >= full; i++)
		oom_recorded();
	expect(size_of("history.jsonl") < full && size_of("history.1.jsonl") >= full);
}

static void size_is_bounded(void)
{
	char id[64];
	FILE *file;

	prepare();
	file = fopen(instance.config, "w");
	expect(file && fputs("[Records]\nHistorySize=1M\n", file) >= 0 && fclose(file) == 0);
	instance_start_armed(&instance, &web);
	oom_recorded();
	(void)snprintf(id, sizeof(id), "%s", json_text(instance_record(&instance, &web), "id"));
	newer_becomes_older();
	expect(ctl("record %s", id) == 0);
	newer_becomes_older();
	expect(ctl("record %s", id) == 1); /* the oldest have gone */
	expect(ctl("--json history --limit 1") == 0 && strstr(output, "\"damaged\": 0"));
}

/* The disk refuses: it is said once, and the status page has the record all the same. */
static void refusing_disk_is_said_once(void)
{
	char path[256], line[4096];
	unsigned int told = 0;
	FILE *log;

	prepare();
	(void)snprintf(path, sizeof(path), "%s/history.jsonl", instance.state);
	expect(mkdir(path, 0700) == 0);
	instance_start_armed(&instance, &web);
	for (int i = 0; i < 3; i++) {
		struct task *hog = oom_once();

		expect_within(5000, instance_record_of(&instance, hog));
	}
	log = fopen(instance.log, "r");
	expect(log);
	while (fgets(line, sizeof(line), log))
		told += strstr(line, "the history cannot be written") != NULL;
	(void)fclose(log);
	expect(told == 1);
}

static const struct test tests[] = {
	{ .name = "record-is-complete", .run = record_is_complete },
	{ .name = "record-reads-as-a-report", .run = record_reads_as_a_report },
	{ .name = "history-outlives-the-daemon", .run = history_outlives_the_daemon },
	{ .name = "supervisor-killed-in-mid-write", .run = supervisor_killed_in_mid_write },
	{ .name = "all-killed-in-mid-write", .run = all_killed_in_mid_write },
	{ .name = "size-is-bounded", .run = size_is_bounded, .seconds = 120 },
	{ .name = "refusing-disk-is-said-once", .run = refusing_disk_is_said_once },
};
TEST_MAIN(tests)
