/*
 * How long from hitting the limit to the victim's exit, against the kernel's own killer in the same run:
 * rounds of both take turns, so that whatever else the machine does hits both alike.
 *
 *     scratch
 *     ├── ours0  ours1   (64 MiB, armed)             bystanders, hog
 *     └── kernel0 kernel1 (64 MiB, killer as usual)  bystanders, hog
 *
 * The clock starts when the hog stamps the page it never gets, and stops when its pidfd is readable.
 * Two groups of each kind, so that an episode has settled before its group is used again.
 * ROUNDS=n in the environment changes the number of rounds of each kind.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

#define LIMIT_MIB 64
#define KINDS_EACH 2
#define ROUNDS_DEFAULT 20
#define ROUNDS_MAX 500
#define PEOPLE_MAX 100
#define PAUSE_MSEC 700 /* two of them pass before a group's turn comes again: 1 s is for settling */

enum kind {
	KIND_OURS,
	KIND_KERNEL,
	KIND_COUNT,
};

struct samples {
	uint64_t usec[ROUNDS_MAX];
	unsigned int count;
};

struct setting {
	unsigned int people; /* processes in the group, the hog included */
	unsigned int hogs; /* processes that spin beside */
};

static const char *const kind_names[] = { [KIND_OURS] = "ours", [KIND_KERNEL] = "kernel" };
static struct instance instance;
static struct cg groups[KIND_COUNT][KINDS_EACH];
static struct task *bystanders[KIND_COUNT][KINDS_EACH][PEOPLE_MAX];
static struct samples exits[KIND_COUNT], signals;
static unsigned int rounds = ROUNDS_DEFAULT;

static void sample_add(struct samples *samples, uint64_t usec)
{
	if (samples->count < ROUNDS_MAX)
		samples->usec[samples->count++] = usec;
}

static int usec_compare(const void *one, const void *other)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

	return (a > b) - (a < b);
}

/* Nearest rank: of 20 samples the p99 is the largest. */
static uint64_t percentile(struct samples *samples, unsigned int percent)
{
	unsigned int rank = (samples->count * percent + 99) / 100;

	if (samples->count == 0)
		return 0;
	qsort(samples->usec, samples->count, sizeof(samples->usec[0]), usec_compare);
	return samples->usec[rank ? rank - 1 : 0];
}

static void populate(unsigned int people)
{
	for (int kind = 0; kind < KIND_COUNT; kind++)
		for (int i = 0; i < KINDS_EACH; i++)
			for (unsigned int n = 0; n + 1 < people; n++) {
				struct task *task = task_start(&groups[kind][i], "bystander");

				task_touch_bytes(task, 64 * BYTES_PER_KIB);
				bystanders[kind][i][n] = task;
			}
}

static void depopulate(unsigned int people)
{
	for (int kind = 0; kind < KIND_COUNT; kind++)
		for (int i = 0; i < KINDS_EACH; i++)
			for (unsigned int n = 0; n + 1 < people; n++) {
				expect(!task_exited(bystanders[kind][i][n]));
				task_kill(bystanders[kind][i][n]);
			}
}

/* Return: the victim, dead. */
static struct task *one_oom(const struct cg *cg, struct samples *samples)
{
	struct task *hog = task_start(cg, "hog");
	struct pollfd end = { .fd = (int)syscall(SYS_pidfd_open, hog->pid, 0), .events = POLLIN };

	expect(end.fd >= 0);
	task_touch(hog, 2 * LIMIT_MIB);
	expect(poll(&end, 1, 10000) == 1);
	sample_add(
		samples,
		nsec_between((struct nsec){ atomic_load(&hog->page->stamp) }, clock_now()).count /
			NSEC_PER_USEC);
	(void)close(end.fd);
	expect_within(1000, task_killed(hog));
	return hog;
}

static void take_signal_time(const struct task *victim)
{
	struct json_object *record;

	expect_within(5000, instance_record_of(&instance, victim));
	record = instance_record_of(&instance, victim);
	expect(strcmp(json_text(record, "kind"), "resolved") == 0);
	sample_add(&signals, (uint64_t)json_number(record, "victims.0.signalled_usec"));
}

static void spin(void)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (volatile unsigned long n = 0;; n++)
		;
}

static void print_row(const struct setting *setting)
{
	uint64_t ours = percentile(&exits[KIND_OURS], 50),
		 kernel = percentile(&exits[KIND_KERNEL], 50);
	char label[64];

	(void)snprintf(label, sizeof(label), "%u process%s, %s", setting->people,
		       setting->people == 1 ? "" : "es", setting->hogs ? "two CPU hogs" : "idle");
	for (int kind = 0; kind < KIND_COUNT; kind++)
		printf("  %-28s %-7s %8llu %8llu %8llu\n", kind ? "" : label, kind_names[kind],
		       (unsigned long long)percentile(&exits[kind], 50),
		       (unsigned long long)percentile(&exits[kind], 99),
		       (unsigned long long)percentile(&exits[kind], 100));
	printf("  %-28s %-7s %8.2f\n", "", "ratio", kernel ? (double)ours / (double)kernel : 0.0);
	printf("  %-28s %-7s %8llu %8llu %8llu\n", "", "signal",
	       (unsigned long long)percentile(&signals, 50),
	       (unsigned long long)percentile(&signals, 99),
	       (unsigned long long)percentile(&signals, 100));
}

static void measure(const struct setting *setting)
{
	pid_t hogs[2] = { 0, 0 };

	memset(exits, 0, sizeof(exits));
	memset(&signals, 0, sizeof(signals));
	populate(setting->people);
	for (unsigned int i = 0; i < setting->hogs; i++) {
		hogs[i] = fork();
		if (hogs[i] == 0)
			spin();
	}
	for (unsigned int round = 0; round < rounds; round++) {
		unsigned int i = round % KINDS_EACH;
		struct task *victim = one_oom(&groups[KIND_OURS][i], &exits[KIND_OURS]);

		(void)one_oom(&groups[KIND_KERNEL][i], &exits[KIND_KERNEL]);
		take_signal_time(victim);
		test_nap_msec(PAUSE_MSEC);
	}
	for (unsigned int i = 0; i < setting->hogs; i++)
		expect(kill(hogs[i], SIGKILL) == 0);
	depopulate(setting->people);
	print_row(setting);
}

static void print_memory(const char *name, enum part part)
{
	char path[64], line[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)instance_pid(&instance, part));
	file = fopen(path, "r");
	expect(file);
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, "VmRSS:", 6) == 0 || strncmp(line, "VmLck:", 6) == 0)
			printf("  %-10s %s", name, line);
	(void)fclose(file);
}

static void start(void)
{
	const char *wanted = getenv("ROUNDS");
	struct cg scratch = cg_scratch();

	if (wanted && atoi(wanted) > 0)
		rounds = (unsigned int)atoi(wanted) < ROUNDS_MAX ? (unsigned int)atoi(wanted)
								 : ROUNDS_MAX;
	for (int kind = 0; kind < KIND_COUNT; kind++)
		for (int i = 0; i < KINDS_EACH; i++) {
			char name[16];

			(void)snprintf(name, sizeof(name), "%s%d", kind_names[kind], i);
			groups[kind][i] = cg_make(name, LIMIT_MIB);
		}
	instance = instance_make("daemon");
	instance_policy(&instance, "50-ours", "[Match]\nCgroup=%s/ours*\n[OnOOM]\nStep=kill\n",
			cg_label(&scratch));
	instance_start_armed(&instance, &groups[KIND_OURS][0]);
	expect_within(5000, cg_killer_off(&groups[KIND_OURS][1]));
}

static void bench(void)
{
	static const struct setting settings[] = {
		{ .people = 1 },
		{ .people = 10 },
		{ .people = 100 },
		{ .people = 1, .hogs = 2 },
		{ .people = 10, .hogs = 2 },
		{ .people = 100, .hogs = 2 },
	};

	start();
	printf("limit hit -> victim exited, and event -> signal sent, in microseconds; %u rounds "
	       "each\n",
	       rounds);
	printf("  %-28s %-7s %8s %8s %8s\n", "", "", "p50", "p99", "max");
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		measure(&settings[i]);
	printf("memory\n");
	print_memory("handler", PART_HANDLER);
	print_memory("guardian", PART_GUARDIAN);
	printf("handler: scheduling %s, page faults since it was pinned %lld\n",
	       json_text(instance_page(&instance), "handler.scheduling"),
	       (long long)json_number(instance_page(&instance), "handler.page_faults"));
}

static const struct test tests[] = {
	{ .name = "bench", .run = bench, .seconds = 1800 },
};
TEST_MAIN(tests)
