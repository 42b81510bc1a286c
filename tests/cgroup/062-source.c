/*
 * Where a decision comes from: by default from the kernel itself, at the moment of the OOM, so that whoever
 * was born a moment ago is known as well as anybody, program and all; and from elsewhere when the
 * configuration says so. Nothing is sampled meanwhile.
 *
 *     scratch
 *     └── web (48 MiB, armed)    large (12 MiB), newborn (4 MiB, the one the policy means), hog
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgroup/source.h"
#include "cgroup/test.h"

#define NEVER "SampleInterval=1h\nTracing=no\n"
#define CROWD 300
#define CROWD_BYTES (64UL * 1024)

static struct instance instance;
static struct cg web;
static char text[65536];

static void configure(const char *source)
{
	char lines[128];

	(void)snprintf(lines, sizeof(lines), NEVER "Snapshot=%s\n", source);
	instance_configure(&instance, lines);
}

static void prepare(const char *victim)
{
	web = cg_make("web", 48);
	instance = instance_make("daemon");
	instance_policy_victims(&instance, victim, "Step=kill\nDeadline=20s\nKillBudget=none\n");
}

static void serve(const char *source, const char *victim)
{
	prepare(victim);
	configure(source);
	instance_start_armed(&instance, &web);
	source_expect(&instance, source);
}

/* What the record says, and what people are shown of it. */
static void expect_decided(const struct task *victim, const char *source)
{
	char line[64];

	expect_within(5000, instance_record_of(&instance, victim));
	source_expect_record(instance_record_of(&instance, victim), source);
	expect(instance_ctl(&instance, text, "show", cg_label(&web)) == 0);
	(void)snprintf(line, sizeof(line), "source      %s (", source);
	if (!strstr(text, line))
		test_fail(TEST_HERE, "no '%s' in:\n%s", line, text);
}

static void newborn_goes_by_its_executable(const char *source)
{
	struct task *large, *newborn, *hog;
	struct json_object *record;

	serve(source, "Prefer=exe:java\n");
	large = task_start(&web, "large");
	task_fill(large, 12);
	hog = task_start(&web, "hog");
	task_fill(hog, 24);
	newborn = task_start_as(&web, (struct task_guise){ .exe = "java", .comm = "innocent" });
	task_touch(newborn, 4);
	task_touch(hog, 34);
	expect_within(5000, task_killed(newborn));
	expect_decided(newborn, source);
	record = instance_record_of(&instance, newborn);
	expect(strcmp(json_text(record, "candidates.0.exe"), "java") == 0);
	expect(strcmp(json_text(record, "candidates.0.rule"), "Prefer=exe:java") == 0);
	expect(json_number(record, "facts_age_usec") == 0);
	expect(json_number(record, "candidates_total") == 3);
	expect(!task_exited(large) && !task_exited(hog));
}

static void newborn_by_bpf(void)
{
	newborn_goes_by_its_executable("bpf");
}

static void newborn_by_iter(void)
{
	newborn_goes_by_its_executable("iter");
}

/* The method follows the snapshot: facts tell too little for an order to the kernel. */
static void hog_is_killed(const char *source, const char *method)
{
	struct task *hog = task_start(&web, "hog");

	task_touch(hog, 96);
	witness_killed(&instance, &web, hog);
	expect_decided(hog, source);
	if (strcmp(json_text(instance_record_of(&instance, hog), "victims.0.method"), method) != 0)
		test_fail(TEST_HERE, "by %s: killed by %s", source,
			  json_text(instance_record_of(&instance, hog), "victims.0.method"));
}

static void method_follows_the_source(void)
{
	serve("bpf", "");
	source_expect_orders(&instance);
	hog_is_killed("bpf", "bpf");
	configure("iter");
	instance_reload(&instance);
	source_expect(&instance, "iter");
	hog_is_killed("iter", "bpf");
	configure("facts");
	instance_reload(&instance);
	source_expect(&instance, "facts");
	hog_is_killed("facts", "pidfd");
	configure("bpf");
	instance_reload(&instance);
	source_expect(&instance, "bpf");
	hog_is_killed("bpf", "bpf");
}

/* What no option asks for is the best there is. */
static void bpf_is_the_default(void)
{
	prepare("");
	instance_start_armed(&instance, &web);
	source_expect(&instance, "bpf");
	hog_is_killed("bpf", source_is(&instance, "kill", "ready") ? "bpf" : "pidfd");
}

static _Atomic unsigned int *born;

static void __attribute__((noreturn)) newborn_run(void)
{
	char *room =
		mmap(NULL, CROWD_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room != MAP_FAILED)
		memset(room, 1, CROWD_BYTES);
	atomic_fetch_add(born, 1);
	for (;;)
		(void)pause();
}

/* Nobody has looked at any of them yet; the largest goes, and no page is touched in finding it. */
static void hundreds_born_a_moment_ago(const char *source)
{
	struct json_object *record;
	struct nsec begin;
	struct task *hog;

	serve(source, "");
	cg_set(&web, CG_LIMIT, bytes_from_mib(96).count);
	born = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	expect(born != MAP_FAILED);
	hog = task_start(&web, "hog");
	begin = clock_now();
	for (int i = 0; i < CROWD; i++)
		(void)task_fork(&web, newborn_run);
	expect_within(10000, atomic_load(born) == CROWD);
	task_touch(hog, 160);
	witness_killed(&instance, &web, hog);
	test_note("born, out of memory and recorded within %u ms", test_msec_since(begin));
	expect_decided(hog, source);
	record = instance_record_of(&instance, hog);
	test_note("%lld candidates, decided in %lld us by %s",
		  (long long)json_number(record, "candidates_total"),
		  (long long)json_number(record, "decide_usec"), source);
	expect(json_number(record, "candidates_total") == CROWD + 1);
	expect(json_number(record, "facts_missed") == 0);
	expect(json_number(record, "page_faults") == 0);
	expect(cg_members(&web) == CROWD);
}

static void hundreds_by_bpf(void)
{
	hundreds_born_a_moment_ago("bpf");
}

static void hundreds_by_iter(void)
{
	hundreds_born_a_moment_ago("iter");
}

/* What a process number means there is not what the kernel's programs mean by it. */
static void other_pid_namespace_gets_none(void)
{
	char program[512], command[640];
	FILE *probe;
	size_t length;

	program_path("oomhandlerd-supervisor", false, program);
	(void)snprintf(command, sizeof(command), "unshare -pf --mount-proc %s --probe 2>&1",
		       program);
	probe = popen(command, "r");
	expect(probe);
	length = fread(text, 1, sizeof(text) - 1, probe);
	text[length] = '\0';
	if (pclose(probe) != 0 && !strstr(text, "snapshot-source"))
		test_skip("no pid namespace of our own: %s", text);
	if (strstr(text, "built without BPF"))
		test_skip("built without BPF");
	expect(strstr(text, "not in the host's pid namespace"));
}

static const struct test tests[] = {
	{ .name = "other-pid-namespace-gets-none", .run = other_pid_namespace_gets_none },
	{ .name = "bpf-is-the-default", .run = bpf_is_the_default },
	{ .name = "newborn-by-bpf", .run = newborn_by_bpf },
	{ .name = "newborn-by-iter", .run = newborn_by_iter },
	{ .name = "method-follows-the-source", .run = method_follows_the_source },
	{ .name = "hundreds-by-bpf", .run = hundreds_by_bpf },
	{ .name = "hundreds-by-iter", .run = hundreds_by_iter },
};
TEST_MAIN(tests)
