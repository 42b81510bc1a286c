/* See originals.h. */
#include "supervisor/originals.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>

#include "base/io.h"
#include "supervisor/freezer_group.h"
#include "supervisor/inherited.h"

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
	/* The freezer is in another hierarchy. */
	struct knob_values values = { .value[KNOB_FREEZER] = KNOB_ABSENT };

	for (int knob = 0; knob <= KNOB_MEMSW_LIMIT; knob++) {
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

/* KERNEL.md K1: a write of 0 can miss a task that is just falling asleep. */
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

/*
 * Only what the attribute says we froze. A freezer group that is gone has nobody left to thaw, and a path
 * that is gone was removed after the thaw.
 */
static int freezer_return(int directory, const struct saved *saved)
{
	struct freezer_place place = { .inode = 0 };
	int freezer, ret;

	if (!saved_is_frozen(saved))
		return 0;
	ret = saved_load_freezer(directory, place.path);
	if (ret < 0)
		return ret == -ENODATA ? 0 : ret;
	freezer = freezer_group_open(&place);
	ret = freezer < 0 ? freezer : knob_write(freezer, KNOB_FREEZER, 0);
	io_close(&freezer);
	return ret == -ENOENT || ret == -ENODEV ? 0 : ret;
}

int originals_repair(struct scan *scan, int directory, struct node *node, const struct saved *saved)
{
	/* Found 1 was the operator's choice: he finds it as the dead instance left it, and so below. */
	bool killer = saved->found.value[KNOB_OOM_CONTROL] == 0;
	int ret = killer ? originals_enable_killer(directory) : 0, limits, thawed;

	/* At once: who is woken by the killer's return into a frozen group is out of its reach. */
	thawed = freezer_return(directory, saved);
	if (ret == 0 && killer)
		ret = killer_confirm(directory);
	if (ret < 0)
		return ret;
	if (killer)
		(void)inherited_free(scan, node); /* what it leaves out is seen with the rescan */
	/* memory+swap must never be below memory: memory first on the way down */
	limits = limit_return(directory, KNOB_LIMIT, saved);
	ret = limit_return(directory, KNOB_MEMSW_LIMIT, saved);
	if (thawed < 0)
		return thawed;
	return limits < 0 ? limits : ret;
}
