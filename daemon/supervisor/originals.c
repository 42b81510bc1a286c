/* See originals.h. */
#include "supervisor/originals.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>

#include "base/io.h"

#define FREE_PASSES 8

static int knob_open(int directory, enum knob knob, int flags)
{
	int fd = openat(directory, group_files[knob_file(knob)].name, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int knob_value(int directory, enum knob knob, uint64_t *ret_value)
{
	int fd = knob_open(directory, knob, O_RDONLY);
	int ret;

	if (fd == -ENOENT && group_files[knob_file(knob)].optional) {
		*ret_value = KNOB_ABSENT;
		return 0;
	}
	if (fd < 0)
		return fd;
	ret = knob_get(knob, fd, ret_value);
	io_close(&fd);
	return ret;
}

static int knob_write(int directory, enum knob knob, uint64_t value)
{
	int fd = knob_open(directory, knob, O_WRONLY);
	int ret;

	if (fd < 0)
		return fd;
	ret = knob_set(knob, fd, value);
	io_close(&fd);
	return ret;
}

int originals_read(int directory, struct knob_values *ret_values)
{
	struct knob_values values;

	for (int knob = 0; knob < KNOB_COUNT; knob++) {
		int ret = knob_value(directory, knob, &values.value[knob]);

		if (ret < 0)
			return ret;
	}
	*ret_values = values;
	return 0;
}

int originals_enable_killer(int directory)
{
	return knob_write(directory, KNOB_OOM_CONTROL, 0);
}

static bool node_free(int mount, const struct node *node)
{
	int directory = tree_open(node, mount, O_RDONLY);
	struct saved saved;
	uint64_t disabled = 0;

	if (directory < 0)
		return false; /* gone, and nobody sleeps in it */
	if (knob_value(directory, KNOB_OOM_CONTROL, &disabled) < 0)
		disabled = 0;
	if (disabled && saved_load(directory, &saved) == -ENODATA)
		(void)originals_enable_killer(directory); /* counted: the caller walks again */
	else
		disabled = 0;
	io_close(&directory);
	return disabled;
}

unsigned int originals_free_subtree(int mount, struct node *top)
{
	unsigned int count = 0;

	for (struct node *node = tree_next(top, top); node; node = tree_next(top, node))
		count += node_free(mount, node);
	return count;
}

/* races.md A1: a write of 0 can miss a task that is just falling asleep. */
static int killer_confirm(int directory)
{
	static const long looks_msec[] = { 0, 10, 100, 1000 };
	int fd = knob_open(directory, KNOB_OOM_CONTROL, O_RDWR);
	int ret = fd < 0 ? fd : 0;

	for (size_t i = 0; ret == 0 && i < sizeof(looks_msec) / sizeof(looks_msec[0]); i++) {
		const struct timespec pause = {
			.tv_sec = looks_msec[i] / 1000,
			.tv_nsec = looks_msec[i] % 1000 * (long)NSEC_PER_MSEC,
		};
		struct oom_level level;

		(void)nanosleep(&pause, NULL); /* an early look is as good */
		ret = oom_level_read(fd, &level);
		if (ret < 0 || (!level.kill_disabled && !level.under_oom))
			break;
		ret = knob_set(KNOB_OOM_CONTROL, fd, 0);
	}
	io_close(&fd);
	return ret;
}

static int limit_return(int directory, enum knob knob, const struct saved *saved)
{
	uint64_t value;
	int ret = knob_value(directory, knob, &value);

	/* Not ours any more when somebody set another one meanwhile. */
	if (ret < 0 || value == KNOB_ABSENT || !saved_is_lent(saved, knob, value))
		return ret;
	return knob_write(directory, knob, saved->found.value[knob]);
}

int originals_repair(int mount, int directory, struct node *node, const struct saved *saved)
{
	int ret = 0, limits;

	/* Found 1 was the operator's choice: he finds it as the dead instance left it. */
	if (saved->found.value[KNOB_OOM_CONTROL] == 0)
		ret = killer_confirm(directory);
	if (ret < 0)
		return ret;
	/* Normally the second pass finds nothing; a group that refuses must not keep us here. */
	for (int pass = 0; pass < FREE_PASSES && originals_free_subtree(mount, node) > 0; pass++)
		;
	/* memory+swap must never be below memory: memory first on the way down */
	limits = limit_return(directory, KNOB_LIMIT, saved);
	ret = limit_return(directory, KNOB_MEMSW_LIMIT, saved);
	if (limits < 0)
		ret = limits;
	(void)saved_drop(
		directory); /* the next start finds it again and repeats what is idempotent */
	return ret;
}
