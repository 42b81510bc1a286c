/*
 * Sleepers that nothing can wake any more, found by one look at all tasks of the host: the sampler has met
 * none of them, because all of it happens within one interval. Handler and guardian stand meanwhile, since
 * both would wake them.
 *
 *     scratch
 *     ├── web, shop (16 MiB, armed)                     sleepers, until they are moved
 *     ├── foreign   (16 MiB, killer off by its operator, not managed)    another's sleeper, likewise
 *     └── elsewhere
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgroup/source.h"
#include "cgroup/test.h"

#define NEVER "SampleInterval=1h\nTracing=no\n"
#define TOO_MUCH (64UL * 1024 * 1024)

static struct instance instance;
static struct cg web, shop, foreign, elsewhere;

static void prepare(const char *mode)
{
	struct cg scratch = cg_scratch();

	web = cg_make("web", 16);
	shop = cg_make("shop", 16);
	foreign = cg_make("foreign", 16);
	cg_turn_killer_off(&foreign);
	elsewhere = cg_make("elsewhere", 0);
	instance = instance_make("daemon");
	instance_configure(&instance, NEVER);
	instance_policy(&instance, "50-test",
			"[Match]\nCgroup=%s/web\nCgroup=%s/shop\n[OnOOM]\nMode=%s\nStep=kill\n",
			cg_label(&scratch), cg_label(&scratch), mode);
	instance_start(&instance, (struct instance_options){ 0 });
	source_need_part(&instance, "sleepers");
}

static void prepare_armed(void)
{
	prepare("enforce");
	expect_within(10000, instance_group_is(&instance, &web, "armed") &&
				     instance_group_is(&instance, &shop, "armed"));
}

static void others_stand(int signal_number)
{
	instance_signal(&instance, PART_GUARDIAN, signal_number);
	instance_signal(&instance, PART_HANDLER, signal_number);
}

/* Born, asleep, moved, and its group removed: all at once. */
static struct task *strand(const struct cg *cg)
{
	struct task *sleeper = task_start(cg, "sleeper");

	task_touch(sleeper, 64);
	expect_within(5000, cg_under_oom(cg) && task_asleep(sleeper));
	cg_enter(&elsewhere, sleeper->pid);
	cg_remove(cg);
	return sleeper;
}

static void expect_told(pid_t pid)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "process %d (", (int)pid);
	expect_within(5000, instance_logged(&instance, text));
	expect(instance_logged(&instance, "nothing can wake it: killed"));
}

static void all_that_are_ours_are_killed(void)
{
	struct task *first, *second, *others;
	struct nsec begin;

	prepare_armed();
	others_stand(SIGSTOP);
	first = strand(&web);
	second = strand(&shop);
	others = strand(&foreign);
	begin = clock_now();
	others_stand(SIGCONT);
	expect_within(15000, task_killed(first) && task_killed(second));
	test_note("killed %u ms after their groups were removed", test_msec_since(begin));
	expect_told(first->pid);
	expect_told(second->pid);
	/* Its group was never ours: the same looks have found it. */
	expect_for(1500, !task_exited(others) && task_asleep(others));
}

static struct {
	_Atomic int thread;
} * told;

static void *thread_asks_too_much(void *unused)
{
	char *room = mmap(NULL, TOO_MUCH, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	atomic_store(&told->thread, gettid());
	for (size_t at = 0; room != MAP_FAILED && at < TOO_MUCH; at += 4096)
		room[at] = 1;
	return unused;
}

/* The process itself looks as if it had nothing to wait for. */
static void two_threads_run(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_asks_too_much, NULL) != 0)
		_exit(1);
	for (;;)
		(void)pause();
}

static void thread_beside_the_main_one_is_found(void)
{
	struct nsec begin;
	pid_t pid;

	prepare_armed();
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	expect(told != MAP_FAILED);
	others_stand(SIGSTOP);
	pid = task_fork(&web, two_threads_run);
	expect_within(5000, cg_under_oom(&web));
	expect_within(2000, process_state(atomic_load(&told->thread)) == 'D');
	expect(process_state(pid) == 'S');
	cg_enter(&elsewhere, pid);
	cg_remove(&web);
	begin = clock_now();
	others_stand(SIGCONT);
	expect_within(15000, task_forked_gone(pid));
	test_note("killed %u ms after its group was removed", test_msec_since(begin));
	expect_told(pid);
}

/* In a dry run nobody is killed: it is said what would help. */
static void dry_run_only_tells(void)
{
	struct task *sleeper;

	prepare("dry-run");
	expect_within(10000, instance_group(&instance, &web));
	cg_turn_killer_off(&web);
	sleeper = strand(&web);
	expect_within(10000, instance_logged(&instance, "only SIGKILL ends it"));
	expect_for(1000, !task_exited(sleeper));
}

/*
 * Whatever sleeps there then does so by its operator's own switch. The other group is still armed, so the
 * looks go on, and find the sleeper.
 */
static void released_group_is_left_alone(void)
{
	static char text[65536];
	struct task *sleeper;

	prepare_armed();
	expect(instance_ctl(&instance, text, "release", cg_label(&web)) == 0);
	expect_within(10000, instance_logged(&instance, "/web: released") && !cg_killer_off(&web) &&
				     !cg_has_attribute(&web));
	cg_turn_killer_off(&web);
	sleeper = strand(&web);
	expect_for(6000, !task_exited(sleeper) && task_asleep(sleeper));
	expect(!instance_logged(&instance, "nothing can wake it"));
}

/* What the look itself costs nobody: who waits for a group that still is, is the handler's. */
static void sleeper_of_a_group_that_lives_is_left_to_the_handler(void)
{
	struct task *sleeper;

	prepare_armed();
	others_stand(SIGSTOP);
	sleeper = task_start(&web, "sleeper");
	task_touch(sleeper, 64);
	expect_within(5000, task_asleep(sleeper));
	cg_enter(&elsewhere, sleeper->pid);
	expect_for(3500, !task_exited(sleeper));
	expect(!instance_logged(&instance, "nothing can wake it"));
	others_stand(SIGCONT);
	expect_within(15000, !cg_under_oom(&web));
	expect(!instance_logged(&instance, "nothing can wake it"));
}

static const struct test tests[] = {
	{ .name = "all-that-are-ours-are-killed", .run = all_that_are_ours_are_killed },
	{ .name = "thread-beside-the-main-one-is-found",
	  .run = thread_beside_the_main_one_is_found },
	{ .name = "dry-run-only-tells", .run = dry_run_only_tells },
	{ .name = "released-group-is-left-alone", .run = released_group_is_left_alone },
	{ .name = "sleeper-of-a-group-that-lives-is-left-to-the-handler",
	  .run = sleeper_of_a_group_that_lives_is_left_to_the_handler },
};
TEST_MAIN(tests)
