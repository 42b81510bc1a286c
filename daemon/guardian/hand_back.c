/*
 * See hand_back.h. Rounds: find orphans, undo them with the routine of the running guardian, report;
 * until a round finds none. Groups whose lock is taken are met again in each round, because a daemon
 * that was just killed may take a moment to let go.
 */
#include "guardian/hand_back.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/exit_code.h"
#include "base/io.h"
#include "guardian/limits.h"
#include "guardian/mounts.h"
#include "guardian/orphans.h"
#include "guardian/say.h"
#include "guardian/thaw.h"
#include "guardian/undo.h"

#define PATIENCE_MSEC 2000
#define RETRY_MSEC 100

struct round {
	const struct hand_back_order *order;
	struct hand_back_report *report;
	struct orphans *orphans;
};

static void sleep_until(struct nsec due)
{
	const struct timespec at = {
		.tv_sec = (time_t)(due.count / NSEC_PER_SEC),
		.tv_nsec = (long)(due.count % NSEC_PER_SEC),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

static void limits_read(const struct held_group *group, struct knob_values *ret_values)
{
	for (int knob = KNOB_LIMIT; knob <= KNOB_MEMSW_LIMIT; knob++)
		if (group->knob[knob] < 0 ||
		    gauge_read(group->knob[knob], &ret_values->value[knob]) < 0)
			ret_values->value[knob] = KNOB_ABSENT;
}

static void limits_print(FILE *out, const struct knob_values *before,
			 const struct held_group *group)
{
	static const char *const names[KNOB_COUNT] = {
		[KNOB_LIMIT] = "limit",
		[KNOB_MEMSW_LIMIT] = "limit with swap",
	};
	struct knob_values now;

	limits_read(group, &now);
	for (int knob = KNOB_LIMIT; knob <= KNOB_MEMSW_LIMIT; knob++)
		if (now.value[knob] != before->value[knob] && now.value[knob] != KNOB_ABSENT)
			fprintf(out, ", %s %" PRIu64 " -> %" PRIu64, names[knob],
				before->value[knob], now.value[knob]);
}

/* The attribute goes last: interrupted before that, the next run finds the group again. */
static int group_settle(struct held_group *group)
{
	int ret = group->error;

	if (ret == 0)
		ret = limits_settle(group, &group->saved);
	if (ret == 0)
		ret = saved_drop(group->directory);
	return ret == -ENODEV || ret == -ENOENT ? 0 : ret;
}

static void group_finish(const struct round *round, uint32_t slot)
{
	struct held_group *group = &round->orphans->held.group[slot];
	const char *name = orphans_name(round->orphans->label[slot]);
	FILE *out = round->order->out;
	struct knob_values before;
	int ret;

	limits_read(group, &before);
	ret = group_settle(group);
	/* Left in any case: what cannot be put back, or loses its attribute at once, would be met for ever. */
	orphans_leave(round->orphans, slot);
	if (ret < 0) {
		round->report->failed++;
		fprintf(out, "failed %s: %s\n", name, strerror(-ret));
		return;
	}
	round->report->groups++;
	fprintf(out, "handed back %s", name);
	limits_print(out, &before, group);
	if (group->frozen)
		fputs(", thawed", out);
	fputc('\n', out);
}

static void round_repair(const struct round *round)
{
	struct undo undo;

	undo_begin(&undo, &round->orphans->held, UNDO_HAND_BACK);
	while (undo.running) {
		sleep_until(undo.due);
		undo_continue(&undo);
	}
	round->report->children += undo.children;
	for (uint32_t slot = 0; slot < round->orphans->held.used; slot++)
		group_finish(round, slot);
}

static void round_tell(const struct round *round)
{
	for (uint32_t slot = 0; slot < round->orphans->held.used; slot++) {
		round->report->groups++;
		orphans_leave(round->orphans, slot);
		fprintf(round->order->out, "would hand back %s\n",
			orphans_name(round->orphans->label[slot]));
	}
}

/* After the last search: what it had to leave alone. */
static void round_close(const struct round *round)
{
	const struct orphans *orphans = round->orphans;
	FILE *out = round->order->out;

	for (uint32_t i = 0; i < orphans->busy_count; i++)
		fprintf(out, "busy %s: its lock is taken, another instance answers for it\n",
			orphans_name(orphans->busy[i]));
	for (uint32_t i = 0; i < orphans->broken_count; i++)
		fprintf(out, "failed %s: its knobs cannot be opened\n",
			orphans_name(orphans->broken[i]));
	if (orphans->gaps.too_deep || orphans->gaps.unreadable)
		fprintf(out, "failed: %u groups at the depth limit and %u unreadable ones\n",
			orphans->gaps.too_deep, orphans->gaps.unreadable);
	round->report->busy += orphans->busy_count;
	round->report->failed +=
		orphans->broken_count + orphans->gaps.too_deep + orphans->gaps.unreadable;
}

int hand_back_tree(const struct hand_back_order *order, struct hand_back_report *report)
{
	const struct nsec due = nsec_after(clock_now(), order->patience);
	const struct round round = {
		.order = order,
		.report = report,
		.orphans = calloc(1, sizeof(struct orphans)),
	};

	if (!round.orphans)
		return -ENOMEM;
	for (;;) {
		orphans_find(round.orphans, order->root, order->label, order->freezer);
		if (round.orphans->held.used > 0 && order->dry_run)
			round_tell(&round);
		else if (round.orphans->held.used > 0)
			round_repair(&round);
		else if (round.orphans->busy_count > 0 && !nsec_reached(clock_now(), due))
			sleep_until(nsec_after(clock_now(), nsec_from_msec(RETRY_MSEC)));
		else
			break;
		orphans_done(round.orphans);
	}
	round_close(&round);
	orphans_done(round.orphans);
	free(round.orphans);
	return 0;
}

static int mount_open(const struct mount *mount)
{
	return open(mount->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* The first, as the supervisor takes it. Return: -1 when there is none. */
static int freezer_open(void)
{
	static struct mount mounts[MOUNTS_MAX];
	size_t count = 0;

	return mounts_find("freezer", mounts, &count) == 0 && count > 0 ? mount_open(&mounts[0])
									: -1;
}

static int mount_repair(const struct mount *mount, bool dry_run, struct hand_back_report *report)
{
	struct hand_back_order order = {
		.root = mount_open(mount),
		.label = mount->path,
		.dry_run = dry_run,
		.patience = nsec_from_msec(PATIENCE_MSEC),
		.out = stdout,
	};
	int ret;

	if (order.root < 0)
		return -errno;
	order.freezer = freezer_open();
	ret = hand_back_tree(&order, report);
	io_close(&order.root);
	io_close(&order.freezer);
	return ret;
}

int hand_back_run(bool dry_run)
{
	static struct mount mounts[MOUNTS_MAX];
	struct hand_back_report report = { 0 };
	size_t count = 0;
	int ret = mounts_find("memory", mounts, &count);

	for (size_t i = 0; i < count && ret == 0; i++)
		ret = mount_repair(&mounts[i], dry_run, &report);
	if (ret < 0) {
		say_line(SAY_ERROR, "cannot hand back: %s", strerror(-ret));
		return EXIT_CODE_FAILURE;
	}
	printf("%u groups %s, %u children, %u busy, %u failed\n", report.groups,
	       dry_run ? "to hand back" : "handed back", report.children, report.busy,
	       report.failed);
	return report.busy || report.failed ? EXIT_CODE_FAILURE : EXIT_CODE_OK;
}
