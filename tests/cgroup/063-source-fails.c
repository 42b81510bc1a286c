/*
 * A source that fails while a group is out of memory costs that episode nothing: the next one answers it.
 * It is left alone from then on, the operator is told, and it is used again when the self-test has seen it
 * work. The failure is made by a tracer at the handler, within the ten seconds after an episode in which no
 * self-test is due.
 *
 *     scratch
 *     └── web (32 MiB, armed)    small, hog
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup/source.h"
#include "cgroup/test.h"

#define RETRY_MSEC 1000 /* of the self-test, while something has failed */

static struct instance instance;
static struct cg web;
static struct task *small;
static char text[65536];

static void serve(const char *source)
{
	char lines[64];

	web = cg_make("web", 32);
	instance = instance_make("daemon");
	instance_policy_all(&instance, "Step=kill\nDeadline=20s\nKillBudget=none\n");
	(void)snprintf(lines, sizeof(lines), "Snapshot=%s\n", source);
	instance_configure(&instance, lines);
	instance_start_armed(&instance, &web);
	source_expect(&instance, source);
	small = task_start(&web, "small");
	task_fill(small, 4);
}

static struct json_object *oom(void)
{
	struct task *hog = task_start(&web, "hog");

	task_touch(hog, 64);
	witness_killed(&instance, &web, hog);
	expect(!task_exited(small));
	return instance_record_of(&instance, hog);
}

static const char *method(struct json_object *record)
{
	return json_text(record, "victims.0.method");
}

static void expect_printed(const char *verb, const char *wanted)
{
	(void)instance_ctl(&instance, text, verb, NULL); /* 6 or so: it is degraded */
	if (!strstr(text, wanted))
		test_fail(TEST_HERE, "oomhandlerctl %s does not say '%s':\n%s", verb, wanted, text);
}

static void expect_record(struct json_object *record, const char *source, const char *failed,
			  const char *error)
{
	if (strcmp(json_text(record, "source"), source) != 0 ||
	    strcmp(json_text(record, "source_failed"), failed) != 0 ||
	    strcmp(json_text(record, "source_error"), error) != 0)
		test_fail(TEST_HERE, "record: %s", json_object_to_json_string(record));
	expect(json_number(record, "page_faults") == 0);
}

/* From the end of the sabotage on. */
static void expect_recovered(const char *board)
{
	struct nsec begin = clock_now();

	expect_within(10000, source_is(&instance, board, "ready"));
	test_note("%s is ready %u ms after it works again", board, test_msec_since(begin));
	expect(test_msec_since(begin) < 5 * RETRY_MSEC);
}

static void programs_fail_in_an_oom(void)
{
	struct saboteur saboteur;
	struct json_object *record;

	serve("bpf");
	source_expect_orders(&instance);
	source_expect_record(oom(), "bpf");
	saboteur = saboteur_start(instance_pid(&instance, PART_HANDLER), "bpf:error=ENOMEM", NULL);
	record = oom();
	expect_record(record, "iter", "bpf", "Cannot allocate memory");
	expect(strcmp(method(record), "pidfd") == 0);

	expect_within(3000, source_is(&instance, "bpf", "failed") &&
				    source_is(&instance, "kill", "failed"));
	expect_printed("status", "snapshot by bpf failed: Cannot allocate memory");
	expect_printed("status", "kill by bpf failed: Cannot allocate memory");
	expect_printed("doctor", "snapshot: iter, not bpf: failed with Cannot allocate memory");
	/* It is known by now, and no longer tried in an episode. */
	source_expect_record(oom(), "iter");

	saboteur_stop(&saboteur);
	expect_recovered("bpf");
	expect_recovered("kill");
	record = oom();
	source_expect_record(record, "bpf");
	expect(strcmp(method(record), "bpf") == 0);
	expect(json_number(instance_page(&instance), "counts.handed_back") == 0);
}

/* Nobody has been out of memory: the self-test finds out by itself. */
static void failure_is_found_without_an_oom(void)
{
	struct saboteur saboteur;

	serve("bpf");
	saboteur = saboteur_start(instance_pid(&instance, PART_HANDLER), "bpf:error=EPERM", NULL);
	expect_within(15000, source_is(&instance, "bpf", "failed"));
	expect_printed("status", "snapshot by bpf failed: Operation not permitted");
	saboteur_stop(&saboteur);
	expect_recovered("bpf");
	source_expect_record(oom(), "bpf");
}

/* Only the signal fails: the decision is as good as before. */
static void orders_fail_in_an_oom(void)
{
	struct saboteur saboteur;
	struct json_object *record;

	serve("iter");
	source_expect_orders(&instance);
	record = oom();
	expect(strcmp(method(record), "bpf") == 0);
	saboteur = saboteur_start(instance_pid(&instance, PART_HANDLER), "bpf:error=EINTR", NULL);
	record = oom();
	source_expect_record(record, "iter");
	expect(strcmp(method(record), "pidfd") == 0);
	expect_within(3000, source_is(&instance, "kill", "failed"));
	saboteur_stop(&saboteur);
	expect_recovered("kill");
	expect(strcmp(method(oom()), "bpf") == 0);
}

/* As /proc names the handler's one-shot descriptors. */
static void iterator_name(char name[static 64])
{
	char path[64], link[320];
	struct dirent *entry;
	ssize_t length;
	DIR *folder;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd",
		       (int)instance_pid(&instance, PART_HANDLER));
	folder = opendir(path);
	expect(folder);
	name[0] = '\0';
	while (!name[0] && (entry = readdir(folder))) {
		(void)snprintf(link, sizeof(link), "%s/%s", path, entry->d_name);
		length = readlink(link, name, 63);
		name[length > 0 ? length : 0] = '\0';
		if (!strstr(name, "bpf_iter"))
			name[0] = '\0';
	}
	(void)closedir(folder);
	expect(name[0]);
}

static void iterator_fails_in_an_oom(void)
{
	struct saboteur saboteur;
	char name[64];

	serve("iter");
	iterator_name(name);
	source_expect_record(oom(), "iter");
	saboteur = saboteur_start(instance_pid(&instance, PART_HANDLER), "read:error=EIO", name);
	expect_record(oom(), "facts", "iter", "Input/output error");
	expect_within(3000, source_is(&instance, "iter", "failed"));
	expect_printed("doctor", "nor iter: failed with Input/output error");
	saboteur_stop(&saboteur);
	expect_recovered("iter");
	source_expect_record(oom(), "iter");
}

static const struct test tests[] = {
	{ .name = "programs-fail-in-an-oom", .run = programs_fail_in_an_oom },
	{ .name = "orders-fail-in-an-oom", .run = orders_fail_in_an_oom },
	{ .name = "iterator-fails-in-an-oom", .run = iterator_fails_in_an_oom },
	{ .name = "failure-is-found-without-an-oom", .run = failure_is_found_without_an_oom },
};
TEST_MAIN(tests)
