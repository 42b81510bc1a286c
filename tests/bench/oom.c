/*
 * From hitting the limit to the victim's exit, against the kernel's own killer: both over the same group and
 * the same people, in blocks that take turns, so that whatever else the machine does hits both alike.
 *
 *     scratch
 *     └── web    people, and one hog after the other
 *
 * The clock starts when the hog stamps the page it never gets, and stops when its pidfd is readable. What the
 * handler needed of that is from its records: its clock starts when it reads the event.
 */
#include <poll.h>
#include <sched.h>
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

#define HOG_MIB 64 /* of the limit, beside what the people have */
#define BLOCK 5 /* OOMs in a row of one kind; the status page keeps the last 32 records */
#define SETTLE_MSEC 1200 /* until the next OOM is an episode of its own */
#define MORE_OFTEN 4 /* where a p99 is asked for */
#define LOADED 2 /* hogs of the processor */
#define AIM_RATIO 0.5
#define AIM_SIGNAL_USEC 200

struct setting {
	unsigned int people; /* in the group, the hog included */
	unsigned int hogs;
	const char *snapshot;
	unsigned int times; /* rounds of ours for each of the kernel's */
	bool alone; /* no rounds of the kernel's: another row has them */
};

static struct cg web;
static struct samples ours, kernels;
static struct oom_account account;

/* Behind all of the machine's load we would see a victim's end late, as late for both; the handler goes first. */
static void watch_first(bool first)
{
	const struct sched_param param = { .sched_priority = first ? 1 : 0 };

	/* Refused where there is no real-time budget: then it is late. */
	(void)sched_setscheduler(0, (first ? SCHED_FIFO : SCHED_OTHER) | SCHED_RESET_ON_FORK,
				 &param);
}

/* Return: number of the hog, dead. */
static pid_t one_oom(struct samples *samples)
{
	struct task *hog = task_start(&web, "hog");
	struct pollfd end = { .fd = (int)syscall(SYS_pidfd_open, hog->pid, 0), .events = POLLIN };
	pid_t pid = hog->pid;
	struct nsec now;

	expect(end.fd >= 0);
	watch_first(true);
	task_touch_bytes(hog, 2 * cg_get(&web, CG_LIMIT));
	expect(poll(&end, 1, 10000) == 1);
	now = clock_now();
	watch_first(false);
	samples_add(samples, nsec_between((struct nsec){ atomic_load(&hog->page->stamp) }, now));
	(void)close(end.fd);
	expect_within(1000, task_killed(hog));
	(void)munmap(hog->page, sizeof(*hog->page)); /* else all that are forked later carry it */
	free(hog);
	return pid;
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
	for (unsigned int i = 0; i < rounds; i++)
		(void)one_oom(&kernels);
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

static void print(const struct setting *setting)
{
	char label[64], name[64];

	(void)snprintf(label, sizeof(label), "%u process%s, %s", setting->people,
		       setting->people == 1 ? "" : "es", setting->hogs ? "two CPU hogs" : "idle");
	print_line(label, "ours: exited", &ours);
	(void)snprintf(name, sizeof(name), "  decided, %s", account.source);
	print_line("", name, &account.decided);
	(void)snprintf(name, sizeof(name), "  signal, %s", account.method);
	print_line("", name, &account.signalled);
	if (!setting->alone) {
		print_line("", "kernel: exited", &kernels);
		aim_print("ours to the kernel's, medians,", AIM_RATIO,
			  samples_ratio(&ours, &kernels));
	}
	if (setting->hogs && setting->people >= 10)
		aim_print("event to signal, p99 in microseconds,", AIM_SIGNAL_USEC,
			  (double)samples_percentile(&account.signalled, 99).count / NSEC_PER_USEC);
}

static void measure(const struct setting *setting, unsigned int rounds)
{
	samples_clear(&ours);
	samples_clear(&kernels);
	memset(&account, 0, sizeof(account));
	cg_set(&web, CG_LIMIT,
	       bytes_from_mib(HOG_MIB).count + setting->people * PEOPLE_KIB * BYTES_PER_KIB);
	people_join(&web, setting->people - 1);
	hogs_start(setting->hogs);
	run_blocks(setting, rounds);
	hogs_stop();
	people_leave();
	print(setting);
}

void bench_oom(void)
{
	static const struct setting settings[] = {
		{ 1, 0, "bpf", 1, false },
		{ 100, 0, "bpf", 1, false },
		{ 1000, 0, "bpf", 1, false },
		{ 1, LOADED, "bpf", 1, false },
		{ 10, LOADED, "bpf", MORE_OFTEN, true },
		{ 100, LOADED, "bpf", MORE_OFTEN, false },
		{ 1000, LOADED, "bpf", MORE_OFTEN, false },
		{ 1000, LOADED, "facts", 1, true },
	};
	unsigned int rounds = rounds_wanted(SAMPLES_MOST / MORE_OFTEN);

	web = cg_make("web", HOG_MIB);
	oom_daemon_start();
	samples_print_head("limit hit to victim's exit, and event to decision and signal, in "
			   "microseconds");
	printf(" %6s\n", "rounds");
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		measure(&settings[i], rounds);
	oom_daemon_print();
}
