/* See status_page.h. The groups' part, which is the longest, is in status_groups.c. */
#include "supervisor/status_page.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/text.h"
#include "settings/policy_text.h"
#include "supervisor/report.h"
#include "supervisor/status_groups.h"
#include "supervisor/status_sources.h"

#define PAGE_NAME "status.json"
#define ESCAPED_SIZE 4096

static void add(struct json_object *object, const char *key, struct json_object *value)
{
	/* Fails without memory only: then the page lacks a key, and says the rest. */
	(void)json_object_object_add(object, key, value);
}

static struct json_object *escaped_new(const char *text)
{
	char out[ESCAPED_SIZE];

	return json_object_new_string(text_escape(text, out, sizeof(out)));
}

static const char *boot_id(void)
{
	static char id[40];
	int fd;

	if (id[0])
		return id;
	fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && io_read_at_start(fd, id, sizeof(id)) < 0)
		id[0] = '\0';
	io_close(&fd);
	id[strcspn(id, "\n")] = '\0';
	return id;
}

static struct json_object *problems_new(const struct problems *problems)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; problems && i < problems->count; i++) {
		char *text = problem_to_text(&problems->list[i]);

		(void)json_object_array_add(array, json_object_new_string(text));
		free(text);
	}
	return array;
}

static struct json_object *config_new(const struct status_input *input)
{
	struct json_object *object = json_object_new_object();

	add(object, "file", escaped_new(input->config_file));
	add(object, "policies", json_object_new_uint64(input->policies->count));
	add(object, "last_reload", json_object_new_string(input->last_reload_ok ? "ok" : "failed"));
	add(object, "problems", problems_new(input->last_problems));
	return object;
}

static void add_regime(struct json_object *object, const struct pulse_regime *regime)
{
	static const char *const names[] = {
		[PULSE_SCHEDULING_NORMAL] = "normal",
		[PULSE_SCHEDULING_NICE] = "nice",
		[PULSE_SCHEDULING_FIFO] = "fifo",
	};
	uint32_t scheduling = atomic_load(&regime->scheduling);

	add(object, "scheduling",
	    json_object_new_string(scheduling < sizeof(names) / sizeof(names[0]) ? names[scheduling]
										 : "unknown"));
	add(object, "locked", json_object_new_boolean(atomic_load(&regime->locked) != 0));
	add(object, "oom_protected",
	    json_object_new_boolean(atomic_load(&regime->oom_protected) != 0));
	add(object, "wakeups", json_object_new_uint64(atomic_load(&regime->wakeups)));
}

static struct json_object *handler_new(const struct pulse *pulse)
{
	struct json_object *object = json_object_new_object();
	uint32_t generation = atomic_load(&pulse->handler_generation);

	add(object, "up",
	    json_object_new_boolean(generation &&
				    atomic_load(&pulse->handler_ready) == generation));
	add(object, "generation", json_object_new_uint64(generation));
	add_regime(object, &pulse->handler);
	add(object, "io_flusher",
	    json_object_new_boolean(atomic_load(&pulse->handler.io_flusher) != 0));
	add(object, "page_faults", json_object_new_uint64(report_page_faults()));
	return object;
}

static struct json_object *guardian_new(const struct pulse *pulse)
{
	struct json_object *object = json_object_new_object();

	add_regime(object, &pulse->guardian);
	add(object, "hand_backs", json_object_new_uint64(atomic_load(&pulse->hand_backs)));
	add(object, "overdue", json_object_new_uint64(atomic_load(&pulse->overdue)));
	return object;
}

static struct json_object *steps_new(const struct policy *policy)
{
	struct json_object *array = json_object_new_array();

	for (uint32_t i = 0; i < policy->step_count && i < POLICY_STEPS; i++) {
		char text[POLICY_STEP_TEXT_SIZE];

		(void)json_object_array_add(array, json_object_new_string(policy_describe_step(
							   &policy->step[i], text, sizeof(text))));
	}
	return array;
}

static struct json_object *policies_new(const struct status_input *input,
					const struct status_counts *counts)
{
	const struct policy_set *policies = input->policies;

	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < policies->count && i < ROSTER_POLICIES; i++) {
		const struct policy_file *file = &policies->files[i];
		struct json_object *object = json_object_new_object();

		add(object, "name", json_object_new_string(file->policy.name));
		add(object, "file", escaped_new(file->path));
		add(object, "groups", json_object_new_uint64(counts->of_policy[i]));
		add(object, "mode",
		    json_object_new_string(policy_describe_mode(status_mode(input, file))));
		add(object, "deadline_msec",
		    json_object_new_uint64(file->policy.deadline.count / NSEC_PER_MSEC));
		add(object, "steps", steps_new(&file->policy));
		(void)json_object_array_add(array, object);
	}
	return array;
}

static void add_header(struct json_object *page, const struct status_input *input)
{
	add(page, "format", json_object_new_string(STATUS_PAGE_FORMAT));
	add(page, "version", json_object_new_int(STATUS_PAGE_VERSION));
	add(page, "updated_nsec", json_object_new_uint64(clock_now().count));
	add(page, "boot_id", json_object_new_string(boot_id()));
	add(page, "pid", json_object_new_int64(input->guardian));
	add(page, "supervisor_pid", json_object_new_int64(input->supervisor));
	add(page, "handler_pid",
	    json_object_new_uint64(atomic_load(&input->tables->pulse->handler.pid)));
	add(page, "version_text", json_object_new_string(VERSION));
	add(page, "mount", escaped_new(input->groups->mount ? input->groups->mount : ""));
	add(page, "dry_run", json_object_new_boolean(input->dry_run));
}

static struct json_object *page_new(const struct status_input *input)
{
	struct json_object *page = json_object_new_object();
	struct status_counts counts = { 0 };
	struct json_object *groups;

	if (!page)
		return NULL;
	add_header(page, input);
	add(page, "config", config_new(input));
	add(page, "handler", handler_new(input->tables->pulse));
	add(page, "guardian", guardian_new(input->tables->pulse));
	status_sources_add(page, input->tables);
	groups = status_groups_new(input, &counts);
	add(page, "counts", status_counts_new(&counts, input->tables->outcomes));
	add(page, "groups", groups);
	add(page, "policies", policies_new(input, &counts));
	add(page, "recent", report_recent());
	return page;
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t written = write(fd, text, left);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		text += written;
		left -= (size_t)written;
	}
	return 0;
}

static int page_store(const char *runtime_dir, const char *text)
{
	int directory = open(runtime_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd, ret;

	if (directory < 0)
		return -errno;
	fd = openat(directory, PAGE_NAME ".tmp",
		    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	ret = fd < 0 ? -errno : write_all(fd, text);
	/* The umask of whoever started us does not decide who may look. */
	if (ret == 0 && fchmod(fd, 0644) < 0)
		ret = -errno;
	io_close(&fd);
	if (ret == 0 && renameat(directory, PAGE_NAME ".tmp", directory, PAGE_NAME) < 0)
		ret = -errno;
	io_close(&directory);
	return ret;
}

int status_page_write(const struct status_input *input)
{
	struct json_object *page = page_new(input);
	const char *text =
		page ? json_object_to_json_string_ext(page, JSON_C_TO_STRING_PLAIN |
								    JSON_C_TO_STRING_NOSLASHESCAPE)
		     : NULL;
	int ret = text ? page_store(input->runtime_dir, text) : -ENOMEM;

	json_object_put(page);
	return ret;
}
