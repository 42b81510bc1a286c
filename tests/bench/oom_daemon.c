/*
 * See oom_daemon.h. Whose the group is shows in the kernel's own file: status pages are read only once per
 * block, and given back, so that the case stays small for all it forks.
 */
#include "bench/oom_daemon.h"

#include <stdio.h>
#include <string.h>

#include "cgroup/instance.h"
#include "cgroup/test.h"

#define CHANGE_MSEC 10000
#define CALM_MSEC 300 /* after a change of hands */
#define RECORD_MSEC 10000

static struct instance instance;

void oom_daemon_start(void)
{
	instance = instance_make("daemon");
	instance_start(&instance, (struct instance_options){ 0 });
}

const char *oom_daemon_why_no_bpf(void)
{
	struct json_object *parts;

	expect_within(CHANGE_MSEC, (parts = json_at(instance_page(&instance), "parts")));
	for (size_t i = 0; i < json_object_array_length(parts); i++) {
		struct json_object *part = json_object_array_get_idx(parts, i);

		if (strcmp(json_text(part, "name"), "roll") == 0)
			return json_at(part, "why") ? json_text(part, "why") : NULL;
	}
	return "the status page does not tell of it";
}

static void match(const char *group)
{
	instance_policy(&instance, "50-bench", "[Match]\nCgroup=%s\n[OnOOM]\nStep=kill\n", group);
	instance_reload(&instance);
}

void oom_daemon_take(const struct cg *cg, const char *snapshot)
{
	char line[32];

	(void)snprintf(line, sizeof(line), "Snapshot=%s\n", snapshot);
	instance_configure(&instance, line);
	match(cg_label(cg));
	expect_within(CHANGE_MSEC, cg_killer_off(cg));
	test_nap_msec(CALM_MSEC);
}

void oom_daemon_leave(const struct cg *cg)
{
	match("/nowhere");
	expect_within(CHANGE_MSEC, cg_is_free(cg));
	test_nap_msec(CALM_MSEC);
}

static void note_word(char word[static 16], const char *said)
{
	if (!word[0])
		(void)snprintf(word, 16, "%s", said);
	else if (strcmp(word, said) != 0)
		strcpy(word, "several");
}

static struct nsec time_of(struct json_object *record, const char *key)
{
	return (struct nsec){ (uint64_t)json_number(record, key) * NSEC_PER_USEC };
}

/* Where it stands among the victims of its episode, or NULL: others may have been taken for the hog before. */
static struct json_object *victim_of(struct json_object *record, pid_t pid)
{
	struct json_object *victims = json_at(record, "victims");

	for (size_t i = 0; victims && i < json_object_array_length(victims); i++) {
		struct json_object *victim = json_object_array_get_idx(victims, i);

		if (json_number(victim, "pid") == pid)
			return victim;
	}
	return NULL;
}

static struct json_object *record_of(struct json_object *page, pid_t pid)
{
	struct json_object *recent = json_at(page, "recent");

	for (size_t i = recent ? json_object_array_length(recent) : 0; i-- > 0;) {
		struct json_object *record = json_object_array_get_idx(recent, i);

		if (victim_of(record, pid))
			return record;
	}
	return NULL;
}

static void recall(struct json_object *record, pid_t pid, struct oom_account *account)
{
	struct json_object *victim = victim_of(record, pid);

	if (strcmp(json_text(record, "kind"), "resolved") != 0)
		test_fail(TEST_HERE, "record: %s", json_object_to_json_string(record));
	samples_add(&account->decided, time_of(record, "decide_usec"));
	samples_add(&account->signalled, time_of(victim, "signalled_usec"));
	note_word(account->source, json_text(record, "source"));
	note_word(account->method, json_text(victim, "method"));
}

static bool recorded(pid_t victim)
{
	struct json_object *page = instance_page(&instance);
	bool found = record_of(page, victim);

	(void)json_object_put(page);
	return found;
}

void oom_daemon_recall(const pid_t *victims, unsigned int count, struct oom_account *account)
{
	struct json_object *page;

	expect_within(RECORD_MSEC, recorded(victims[count - 1]));
	page = instance_page(&instance);
	for (unsigned int i = 0; i < count; i++) {
		struct json_object *record = record_of(page, victims[i]);

		expect(record);
		recall(record, victims[i], account);
	}
	(void)json_object_put(page);
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

void oom_daemon_print(void)
{
	struct json_object *page = instance_page(&instance);

	printf("memory\n");
	print_memory("handler", PART_HANDLER);
	print_memory("guardian", PART_GUARDIAN);
	printf("handler: scheduling %s, page faults since it was pinned %lld\n",
	       json_text(page, "handler.scheduling"),
	       (long long)json_number(page, "handler.page_faults"));
}
