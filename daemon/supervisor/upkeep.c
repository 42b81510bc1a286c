/* See supervisor.h. What the main loop does; when it does it stands in supervisor.c. */
#include "supervisor/supervisor.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "supervisor/lender.h"
#include "supervisor/originals.h"
#include "supervisor/report.h"
#include "supervisor/sampler.h"
#include "supervisor/show.h"
#include "supervisor/status_page.h"
#include "supervisor/watch.h"

#define SETTLE_ROUNDS 4 /* plans until nothing new is refused; the next rescan does the rest */

void supervisor_settle(struct supervisor *supervisor, enum plan_scope scope)
{
	for (int round = 0; round < SETTLE_ROUNDS; round++) {
		plan_make(&supervisor->planner, round == 0 ? scope : PLAN_NEW);
		if (!publish_sync(&supervisor->publisher))
			break;
	}
	publish_advance(&supervisor->publisher);
	show_groups(&supervisor->publisher, &supervisor->setup.set);
	sampler_poke();
}

static void watch_error_report(struct supervisor *supervisor)
{
	if (supervisor->scan.watch_error == 0 || supervisor->watch_told)
		return;
	supervisor->watch_told = true;
	report_event(REPORT_WARNING,
		     "not every group can be watched (%s): new ones are found by the rescan only; "
		     "raise fs.inotify.max_user_watches",
		     strerror(-supervisor->scan.watch_error));
}

void supervisor_rescan(struct supervisor *supervisor)
{
	int ret = scan_all(&supervisor->scan);

	if (ret < 0)
		report_event(REPORT_WARNING, "the walk through the hierarchy failed: %s",
			     strerror(-ret));
	watch_error_report(supervisor);
	supervisor->lost_events = false;
	supervisor->next_rescan = nsec_after(clock_now(), supervisor->setup.config.rescan_interval);
	publish_refresh(&supervisor->publisher, true);
	supervisor_settle(supervisor, PLAN_ALL);
}

static void watch_notified(void *context, enum watch_event event, int watch)
{
	struct supervisor *supervisor = context;
	struct node *node = tree_find_watch(&supervisor->tree, watch);

	switch (event) {
	case WATCH_CHANGED:
		if (node)
			scan_directory(&supervisor->scan, node);
		break;
	case WATCH_ENDED:
		if (node)
			tree_set_watch(&supervisor->tree, node, -1);
		break;
	case WATCH_OVERFLOW:
		supervisor->lost_events = true;
		break;
	}
}

int supervisor_watch(struct supervisor *supervisor)
{
	int ret = watch_read(supervisor->scan.inotify, watch_notified, supervisor);

	if (ret < 0)
		return ret;
	if (supervisor->lost_events)
		supervisor_rescan(supervisor);
	else if (supervisor->scan.changed)
		supervisor_settle(supervisor, PLAN_NEW);
	supervisor->scan.changed = false;
	return 0;
}

/* A handler that was restarted has nothing: serve.c sees that by itself, the sampler must be told. */
static void handler_follow(struct supervisor *supervisor)
{
	uint32_t ready = atomic_load(&supervisor->tables.pulse->handler_ready);

	if (ready == supervisor->handler_generation)
		return;
	if (supervisor->handler_generation)
		sampler_resend();
	supervisor->handler_generation = ready;
}

static void loans_follow(struct supervisor *supervisor)
{
	uint32_t slot, loan;

	while (lender_next_returned(&slot, &loan))
		slots_note_returned(&supervisor->publisher.slots, slot, loan);
}

void supervisor_follow(struct supervisor *supervisor)
{
	handler_follow(supervisor);
	loans_follow(supervisor);
	report_kick();
	publish_advance(&supervisor->publisher);
}

void supervisor_write_page(struct supervisor *supervisor)
{
	const struct status_input input = {
		.tables = &supervisor->tables,
		.groups = &supervisor->groups,
		.policies = &supervisor->setup.set,
		.config = &supervisor->setup.config,
		.config_file = supervisor->line.config,
		.runtime_dir = supervisor->line.runtime_dir,
		.last_problems = &supervisor->problems,
		.last_reload_ok = supervisor->last_reload_ok,
		.dry_run = supervisor->line.dry_run,
		.guardian = (pid_t)atomic_load(&supervisor->tables.pulse->guardian.pid),
		.supervisor = getpid(),
	};
	int ret = status_page_write(&input);

	if (ret < 0 && !supervisor->page_failed)
		report_event(REPORT_WARNING, "the status page cannot be written: %s",
			     strerror(-ret));
	supervisor->page_failed = ret < 0;
}

void supervisor_reload(struct supervisor *supervisor)
{
	struct problems problems = { .count = 0 };
	struct setup setup;
	int ret = setup_load(&supervisor->line, &setup, &problems);

	problems_done(&supervisor->problems);
	supervisor->problems = problems;
	supervisor->last_reload_ok = ret == 0;
	if (ret < 0) {
		report_event(REPORT_RELOAD_FAILED,
			     "reload refused, the old configuration stays: %zu errors",
			     problems.errors);
		for (size_t i = 0; i < problems.count; i++)
			report_event(REPORT_RELOAD_FAILED, "%s:%u: %s", problems.list[i].file,
				     problems.list[i].line, problems.list[i].text);
	} else {
		setup_done(&supervisor->setup);
		supervisor->setup = setup;
		policies_publish(&supervisor->policies, &supervisor->publisher.slots,
				 &supervisor->setup.set);
		supervisor_rescan(supervisor);
		report_event(REPORT_RELOADED, "reloaded: %zu policies",
			     supervisor->setup.set.count);
	}
	supervisor_write_page(supervisor);
}

static void managed_free_children(const struct supervisor *supervisor)
{
	const struct publisher *publisher = &supervisor->publisher;

	for (uint32_t slot = 0; slot < publisher->used; slot++) {
		const struct publication *publication = &publisher->list[slot];

		if (publication->generation && publication->node && publication->attribute &&
		    publication->role == ROSTER_MANAGED)
			(void)originals_free_subtree(publisher->mount, publication->node);
	}
}

void supervisor_abandon(struct supervisor *supervisor)
{
	managed_free_children(supervisor);
	(void)nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL); /* earlier is as good */
	(void)scan_all(&supervisor->scan); /* what it could not see nobody can free */
	managed_free_children(supervisor);
}
