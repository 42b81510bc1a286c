/*
 * What a hundred resolves cost the kernel, seen from inside it: the loop makes the system calls of
 * hot_calls.c alone, none allocates more than stands there, and the loop takes no lock of an address space
 * and faults in no page. All its turns count, not only those that end in a signal: what it does between two
 * episodes it does in the middle of a neighbour's.
 *
 *     scratch
 *     └── kill-0, whole-0, clean-0, lend-0 ... lend-2 (12 MiB, armed)    a hog in each, round by round
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "audit/audit.h"
#include "cgroup/hot_calls.h"
#include "cgroup/instance.h"
#include "cgroup/test.h"

#define PLANS 4
#define GROUPS (3 * PLANS)
#define GROUP_MIB 12

static const struct plan {
	const char *name, *on_oom;
	enum task_term term; /* of the hog */
} plans[PLANS] = {
	{ .name = "kill", .on_oom = "Step=kill" },
	{ .name = "whole", .on_oom = "Step=kill-group" },
	{ .name = "clean",
	  .on_oom = "Step=terminate grace=200ms reserve=1M\nStep=kill",
	  .term = TASK_TERM_IGNORE },
	{ .name = "lend", .on_oom = "Step=raise-limit by=2M max=16M for=1s\nStep=kill" },
};

static struct instance instance;
static struct cg groups[GROUPS];

static bool all_armed(void)
{
	for (int i = 0; i < GROUPS; i++)
		if (!instance_group_is(&instance, &groups[i], "armed"))
			return false;
	return true;
}

static void settings_write(const char *source)
{
	FILE *file = fopen(instance.config, "we");

	expect(file && fprintf(file, "[Supervisor]\nSnapshot=%s\n", source) > 0 &&
	       fclose(file) == 0);
}

static void start(const char *source)
{
	struct cg scratch = cg_scratch();

	instance = instance_make("daemon");
	settings_write(source);
	for (int i = 0; i < PLANS; i++)
		instance_policy(&instance, plans[i].name,
				"[Match]\nCgroup=%s/%s-*\n[OnOOM]\n%s\nKillBudget=none\n",
				cg_label(&scratch), plans[i].name, plans[i].on_oom);
	for (int i = 0; i < GROUPS; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "%s-%d", plans[i % PLANS].name, i / PLANS);
		groups[i] = cg_make(name, GROUP_MIB);
	}
	instance_start(&instance, (struct instance_options){ 0 });
	expect_within(10000, all_armed());
}

/*
 * Records come when their episodes are over. The page, written once a second, is looked at a few times and
 * given back: else this process would grow, and each hog, a fork of it, with it.
 */
static bool all_recorded(struct task *const hogs[static GROUPS])
{
	struct json_object *page = instance_page(&instance), *recent = json_at(page, "recent");
	unsigned int found = 0;

	for (size_t i = 0; recent && i < json_object_array_length(recent); i++)
		for (int hog = 0; hog < GROUPS; hog++)
			found += json_number(json_object_array_get_idx(recent, i),
					     "victims.0.pid") == hogs[hog]->pid;
	(void)json_object_put(page);
	test_nap_msec(50);
	return found >= GROUPS;
}

/* All at once: episodes meet in one turn of the loop. */
static void round_play(void)
{
	struct task *hogs[GROUPS];

	for (int i = 0; i < GROUPS; i++)
		hogs[i] = task_start_as(&groups[i],
					(struct task_guise){ .comm = "hog",
							     .term = plans[i % PLANS].term });
	for (int i = 0; i < GROUPS; i++)
		task_touch(hogs[i], 2 * GROUP_MIB);
	for (int i = 0; i < GROUPS; i++)
		expect_within(10000, task_killed(hogs[i]));
	expect_within(10000, all_recorded(hogs));
}

/* Of the latest records, those that were decided by what @source said. */
static unsigned int decided_by(const char *source)
{
	struct json_object *recent = json_at(instance_page(&instance), "recent");
	unsigned int count = 0;

	for (size_t i = 0; recent && i < json_object_array_length(recent); i++)
		count += strcmp(json_text(json_object_array_get_idx(recent, i), "source"),
				source) == 0;
	return count;
}

/* Return: what stands against one call of the loop, NULL: nothing. */
static const char *objection(const struct audit_cell *cell, unsigned int number)
{
	const struct hot_call *call = hot_call_numbered((int)number);
	unsigned int kmalloc = call ? call->kmalloc : 0, cache = call ? call->cache : 0;

	if (cell->calls && !call && number != AUDIT_OUTSIDE)
		return "is not on the list";
	if (cell->all[AUDIT_MMAP_LOCK])
		return "took the lock of an address space";
	if (cell->all[AUDIT_FAULT])
		return "faulted";
	if (cell->most[AUDIT_KMALLOC] > kmalloc + cache || cell->most[AUDIT_CACHE] > cache ||
	    cell->most[AUDIT_PAGE] > kmalloc + cache)
		return "allocated more than the list says";
	return NULL;
}

static void loop_judge(const struct audit_table *table)
{
	unsigned int against = 0;

	for (unsigned int call = 0; call < AUDIT_CALLS; call++) {
		const char *what = objection(&table->cell[AUDIT_LOOP][call], call);

		if (!what)
			continue;
		printf("the loop: %s %s\n", audit_call_name(call), what);
		against++;
	}
	expect(against == 0);
}

static void play(const char *source, unsigned int rounds)
{
	const struct audit_table *table;

	start(source);
	audit_start(instance_pid(&instance, PART_HANDLER));
	for (unsigned int i = 0; i < rounds; i++) {
		round_play();
		if (decided_by(source) == 0)
			test_skip("no snapshot by %s on this kernel", source);
	}
	table = audit_stop();
	audit_print(table);
	loop_judge(table);
	expect(table->kills >= GROUPS * rounds);
	expect(json_number(instance_page(&instance), "counts.handed_back") == 0);
}

static void hundred_resolves_by_bpf(void)
{
	play("bpf", 9);
}

static void resolves_by_iter(void)
{
	play("iter", 2);
}

static void resolves_by_facts(void)
{
	play("facts", 3);
}

/* The instrument itself: of a process that does each of the things once, it sees each of them. */
static void audit_sees_what_is_there(void)
{
	const struct audit_table *table;
	uint64_t seen[AUDIT_EVENTS] = { 0 };
	int ends[2];
	char *page;

	audit_start(getpid());
	expect(pipe2(ends, O_CLOEXEC) == 0);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	expect(page != MAP_FAILED);
	*(volatile char *)page = 1;
	table = audit_stop();
	audit_print(table);
	expect(table->cell[AUDIT_LOOP][SYS_pipe2].calls == 1);
	expect(table->cell[AUDIT_LOOP][SYS_pipe2].all[AUDIT_KMALLOC] > 0);
	for (int call = 0; call < AUDIT_CALLS; call++)
		for (int event = 0; event < AUDIT_EVENTS; event++)
			seen[event] += table->cell[AUDIT_LOOP][call].all[event];
	for (int event = 0; event < AUDIT_EVENTS; event++)
		expect(seen[event] > 0);
}

static const struct test tests[] = {
	{ .name = "audit-sees-what-is-there", .run = audit_sees_what_is_there },
	{ .name = "hundred-resolves-by-bpf", .run = hundred_resolves_by_bpf, .seconds = 90 },
	{ .name = "resolves-by-iter", .run = resolves_by_iter },
	{ .name = "resolves-by-facts", .run = resolves_by_facts, .seconds = 90 },
};
TEST_MAIN(tests)
