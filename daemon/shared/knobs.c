/* See knobs.h. The only file that knows what v1 groups of memory and freezer look like inside. */
#include "shared/knobs.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>

#include "base/io.h"
#include "base/text.h"

#define KNOB_TEXT_SIZE 128 /* memory.oom_control is at most 80 characters (6.18) */

#define FREEZER_FROZEN "FROZEN"
#define FREEZER_FREEZING "FREEZING" /* for good while one of them sleeps in an OOM */
#define FREEZER_THAWED "THAWED"

#define MEMBERS                                                                                    \
	{                                                                                          \
		.name = "cgroup.procs", .flags = O_RDONLY                                          \
	}

const struct group_file_row group_files[GROUP_FILE_COUNT] = {
	[GROUP_DIRECTORY] = { .name = ".", .flags = O_RDONLY | O_DIRECTORY },
	[GROUP_OOM_CONTROL] = { .name = KNOB_FILE_OOM_CONTROL, .flags = O_RDWR },
	[GROUP_LIMIT] = { .name = KNOB_FILE_LIMIT, .flags = O_RDWR },
	[GROUP_MEMSW_LIMIT] = { .name = KNOB_FILE_MEMSW_LIMIT, .flags = O_RDWR, .optional = true },
	[GROUP_USAGE] = { .name = "memory.usage_in_bytes", .flags = O_RDONLY },
	[GROUP_FAILCNT] = { .name = "memory.failcnt", .flags = O_RDONLY },
	[GROUP_MEMSW_USAGE] = { .name = KNOB_FILE_MEMSW_USAGE,
				.flags = O_RDONLY,
				.optional = true },
	[GROUP_MEMSW_FAILCNT] = { .name = "memory.memsw.failcnt",
				  .flags = O_RDONLY,
				  .optional = true },
	[GROUP_FREEZER] = { .name = "freezer.state", .flags = O_RDWR, .optional = true },
	[GROUP_MEMBERS_FIRST] = MEMBERS,
	[GROUP_MEMBERS_FIRST + 1] = MEMBERS,
	[GROUP_MEMBERS_FIRST + 2] = MEMBERS,
	[GROUP_MEMBERS_FIRST + 3] = MEMBERS,
};
static_assert(GROUP_MEMBERS == 4, "a row for each descriptor of the pool");

enum group_file knob_file(enum knob knob)
{
	static const enum group_file files[] = {
		[KNOB_OOM_CONTROL] = GROUP_OOM_CONTROL,
		[KNOB_LIMIT] = GROUP_LIMIT,
		[KNOB_MEMSW_LIMIT] = GROUP_MEMSW_LIMIT,
		[KNOB_FREEZER] = GROUP_FREEZER,
	};
	static_assert(sizeof(files) / sizeof(files[0]) == KNOB_COUNT, "a file per knob");

	return files[knob];
}

static int field_read(const char *text, const char *key, uint64_t *ret_value)
{
	return text_field_u64(text, key, ret_value) < 0 ? -EBADMSG : 0;
}

int oom_level_read(int fd, struct oom_level *ret_level)
{
	char text[KNOB_TEXT_SIZE];
	uint64_t disabled, under, kills = 0;
	int ret = io_read_at_start(fd, text, sizeof(text));

	if (ret < 0)
		return ret;
	if (field_read(text, "oom_kill_disable", &disabled) < 0 ||
	    field_read(text, "under_oom", &under) < 0)
		return -EBADMSG;
	/* Since 4.13; older kernels are refused, but a missing counter is no reason to be blind. */
	(void)field_read(text, "oom_kill", &kills);
	*ret_level = (struct oom_level){
		.kill_disabled = disabled != 0,
		.under_oom = under != 0,
		.kills = kills,
	};
	return 0;
}

int gauge_read(int fd, uint64_t *ret_value)
{
	char text[KNOB_TEXT_SIZE];
	int ret = io_read_at_start(fd, text, sizeof(text));

	if (ret < 0)
		return ret;
	return text_to_u64(text, NULL, ret_value) < 0 ? -EBADMSG : 0;
}

static int switch_read(int fd, uint64_t *ret_value)
{
	struct oom_level level;
	int ret = oom_level_read(fd, &level);

	if (ret < 0)
		return ret;
	*ret_value = level.kill_disabled;
	return 0;
}

/* One word in a line of its own (freezer_read, kernel/cgroup/legacy_freezer.c, 6.12). */
static int freezer_read(int fd, uint64_t *ret_value)
{
	char text[KNOB_TEXT_SIZE];
	int ret = io_read_at_start(fd, text, sizeof(text));

	if (ret < 0)
		return ret;
	if (strcmp(text, FREEZER_THAWED "\n") == 0)
		*ret_value = 0;
	else if (strcmp(text, FREEZER_FROZEN "\n") == 0 || strcmp(text, FREEZER_FREEZING "\n") == 0)
		*ret_value = 1;
	else
		return -EBADMSG;
	return 0;
}

int knob_get(enum knob knob, int fd, uint64_t *ret_value)
{
	switch (knob) {
	case KNOB_OOM_CONTROL:
		return switch_read(fd, ret_value);
	case KNOB_FREEZER:
		return freezer_read(fd, ret_value);
	case KNOB_LIMIT:
	case KNOB_MEMSW_LIMIT:
	case KNOB_COUNT:
		break;
	}
	return gauge_read(fd, ret_value);
}

int knob_set(enum knob knob, int fd, uint64_t value)
{
	char text[TEXT_U64_SIZE];

	assert(knob < KNOB_COUNT);
	assert((knob != KNOB_OOM_CONTROL && knob != KNOB_FREEZER) || value <= 1);
	if (knob == KNOB_FREEZER)
		return io_write_at_start(fd, value ? FREEZER_FROZEN : FREEZER_THAWED);
	return io_write_at_start(fd, text_from_u64(value, text));
}
