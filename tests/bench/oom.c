/*
 * From hitting the limit to the victim's exit, against the kernel's own killer: both over the same group and
 * the same people, in blocks that take turns, so that whatever else the machine does hits both alike.
 *
 *     scratch
 *     └── web    people, and one hog after the other
 *
 * The clock starts when the hog stamps the page it never gets, and stops when its pidfd is readable. What the
 * handler needed of that is from its records: its clock starts when it reads the event. Most of the whole is
 * the victim's giving back of its memory, which no killer can shorten: hence a second size of the hog, and
 * the time that a bare kill of as large a one takes.
 */
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/hogs.h"
#include "bench/oom_daemon.h"
#include "bench/parts.h"
#include "bench/people.h"
#include "bench/samples.h"
#include "cgroup/test.h"

#define SMALL_MIB 16
#define LARGE_MIB 64
#define MARGIN_MIB 2 /* below the limit, for a hog that is not to hit it */
#define BLOCK 5 /* OOMs in a row of one kind; the status page keeps the last 32 records */
#define SETTLE_MSEC 1200 /* until the next OOM is an episode of its own */
#define MORE_OFTEN 4 /* where a p99 is asked for */
#define LOADED 2 /* hogs of the processor */
#define AIM_RATIO 0.5
#define AIM_SIGNAL_USEC 200

struct setting {
	unsigned int people; /* in the group, the hog included */
	unsigned int hog_mib; /* of the limit, beside what the people have */
	unsigned int hogs;
	const char *snapshot;
	unsigned int times; /* rounds of ours for each of the kernel's */
	bool alone; /* no rounds of the kernel's: another row has them */
};

static struct cg web;
static struct samples ours, kernels, kills;
static struct oom_account account;

/* Behind all of the machine's load we would see a victim's end late, as late for both; the handler goes first. */
static void watch_first(bool first)
{
	const struct sched_param param = { .sched_priority = first ? 1 : 0 };

	/* Refused where there is no real-time budget: then it is late. */
	(void)sched_setscheduler(0, (first ? SCHED_FIFO : SCHED_OTHER) | SCHED_RESET_ON_FORK,
				 &param);
}

struct hog {
	struct task *task;
	struct pollfd end;
};

static struct hog hog_start(void)
{
	struct hog hog = { .task = task_start(&web, "hog"), .end = { .events = POLLIN } };

	hog.end.fd = (int)syscall(SYS_pidfd_open, hog.task->pid, 0);
	expect(hog.end.fd >= 0);
	return hog;
}

/* Return: when it was dead. */
static struct nsec hog_await_end(struct hog hog)
{
	struct nsec now;

	expect(poll(&hog.end, 1, 10000) == 1);
	now = clock_now();
	watch_first(false);
	expect_within(1000, task_killed(hog.task));
	return now;
}

static void hog_forget(struct hog hog)
{
	(void)close(hog.end.fd);
	/* Else all that are forked later carry it. */
	(void)munmap(hog.task->page, sizeof(*hog.task->page));
	free(hog.task);
}

/* Return: number of the hog, dead. */
static pid_t one_oom(struct samples *samples)
{
	struct hog hog = hog_start();
	pid_t pid = hog.task->pid;
	struct nsec end;

	watch_first(true);
	task_touch_bytes(hog.task, 2 * cg_get(&web, CG_LIMIT));
	end = hog_await_end(hog);
	samples_add(samples,
		    nsec_between((struct nsec){ atomic_load(&hog.task->page->stamp) }, end));
	hog_forget(hog);
	return pid;
}

/* As much memory given back, with nobody who decides: no killer can be faster. */
static void one_kill(struct samples *samples)
{
	uint64_t room = cg_get(&web, CG_LIMIT) - cg_get(&web, CG_USAGE);
	struct hog hog = hog_start();
	struct nsec start;

	task_touch_bytes(hog.task, room - MARGIN_MIB * BYTES_PER_MIB);
	expect_within(10000, task_done(hog.task));
	watch_first(true);
	start = clock_now();
	expect(kill(hog.task->pid, SIGKILL) == 0);
	samples_add(samples, nsec_between(start, hog_await_end(hog)));
	hog_forget(hog);
}

static void our_block(const struct setting *setting, unsigned int rounds)
{
	pid_t victims[BLOCK];

	oom_daemon_take(&web, setting->snapshot);
	for (unsigned int i = 0; i < rounds; i++) {
		victims[i] = one_oom(&ours);
		test_nap_msec(SETTLE_MSEC);
	}
	oom_daemon_recall(victims, rounds, &account);
	oom_daemon_leave(&web);
}

static void kernel_block(unsigned int rounds)
{
	for (unsigned int i = 0; i < rounds; i++) {
		(void)one_oom(&kernels);
		one_kill(&kills);
	}
}

static unsigned int block_of(unsigned int rounds, unsigned int done)
{
	return rounds - done < BLOCK ? rounds - done : BLOCK;
}

static void run_blocks(const struct setting *setting, unsigned int rounds)
{
	unsigned int our_rounds = rounds * setting->times;
	unsigned int kernel_rounds = setting->alone ? 0 : rounds;

	for (unsigned int done = 0; done < our_rounds || done < kernel_rounds; done += BLOCK) {
		if (done < our_rounds)
			our_block(setting, block_of(our_rounds, done));
		if (done < kernel_rounds)
			kernel_block(block_of(kernel_rounds, done));
	}
}

static void print_line(const char *label, const char *name, struct samples *samples)
{
	samples_print(label, name, samples);
	printf(" %6u\n", samples->count);
}

static void label_of(const struct setting *setting, char label[static 64])
{
	(void)snprintf(label, 64, "%u process%s, %u MiB, %s", setting->people,
		       setting->people == 1 ? "" : "es", setting->hog_mib,
		       setting->hogs ? "loaded" : "idle");
}

static void print_against(void)
{
	print_line("", "kernel: exited", &kernels);
	print_line("", "kill to exited", &kills);
	aim_print("ours to the kernel's, medians,", AIM_RATIO, samples_ratio(&ours, &kernels));
	printf("       a bare kill to the kernel's: %.2f\n", samples_ratio(&kills, &kernels));
}

static void print(const struct setting *setting)
{
	uint64_t p99 = samples_percentile(&account.signalled, 99).count;
	char label[64], name[64];

	label_of(setting, label);
	print_line(label, "ours: exited", &ours);
	(void)snprintf(name, sizeof(name), "  decided, %s", account.source);
	print_line("", name, &account.decided);
	(void)snprintf(name, sizeof(name), "  signal, %s", account.method);
	print_line("", name, &account.signalled);
	if (!setting->alone)
		print_against();
	if (setting->times > 1)
		aim_print("event to signal, p99 in microseconds,", AIM_SIGNAL_USEC,
			  (double)p99 / NSEC_PER_USEC);
}

static void measure(const struct setting *setting, unsigned int rounds)
{
	unsigned int mistaken;

	samples_clear(&ours);
	samples_clear(&kernels);
	samples_clear(&kills);
	memset(&account, 0, sizeof(account));
	cg_set(&web, CG_LIMIT,
	       bytes_from_mib(setting->hog_mib).count +
		       setting->people * PEOPLE_KIB * BYTES_PER_KIB);
	people_join(&web, setting->people - 1);
	hogs_start(setting->hogs);
	run_blocks(setting, rounds);
	hogs_stop();
	mistaken = people_leave();
	print(setting);
	if (mistaken)
		printf("  %u others were killed before the hog was\n", mistaken);
}

void bench_oom(void)
{
	static const struct setting settings[] = {
		{ 1, SMALL_MIB, 0, "bpf", 1, false },
		{ 1, LARGE_MIB, 0, "bpf", 1, false },
		{ 100, SMALL_MIB, 0, "bpf", 1, false },
		{ 100, LARGE_MIB, 0, "bpf", 1, false },
		{ 1000, LARGE_MIB, 0, "bpf", 1, false },
		{ 1, LARGE_MIB, LOADED, "bpf", 1, false },
		{ 10, LARGE_MIB, LOADED, "bpf", MORE_OFTEN, true },
		{ 100, LARGE_MIB, LOADED, "bpf", MORE_OFTEN, false },
		{ 1000, LARGE_MIB, LOADED, "bpf", MORE_OFTEN, false },
		{ 1000, LARGE_MIB, LOADED, "facts", 1, true },
	};
	unsigned int rounds = rounds_wanted(SAMPLES_MOST / MORE_OFTEN);
	const char *why_not;

	web = cg_make("web", LARGE_MIB);
	oom_daemon_start();
	why_not = oom_daemon_why_no_bpf();
	samples_print_head("limit hit to victim's exit, and event to decision and signal, in "
			   "microseconds");
	printf(" %6s\n", "rounds");
	if (why_not)
		printf("  all from facts, bpf left out: %s\n", why_not);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (!why_not || strcmp(settings[i].snapshot, "facts") != 0)
			measure(&settings[i], rounds);
	oom_daemon_print();
}
