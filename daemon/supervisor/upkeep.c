/* See supervisor.h. What the main loop does; when it does it stands in supervisor.c. */
#include "supervisor/supervisor.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "supervisor/lender.h"
#include "supervisor/loan_queue.h"
#include "supervisor/programs.h"
#include "supervisor/report.h"
#include "supervisor/sampler.h"
#include "supervisor/show.h"
#include "supervisor/status_page.h"

#define SETTLE_ROUNDS 4 /* plans until nothing new is refused; the next review does the rest */
/* Told of every change, the walk finds nothing; and it opens each directory of the hierarchy. */
#define WALK_SELDOM_SEC 60

void supervisor_settle(struct supervisor *supervisor, enum plan_scope scope)
{
	_Atomic uint32_t *changes = &supervisor->tables.roster->changes;
	uint32_t before = atomic_load(changes);

	for (int round = 0; round < SETTLE_ROUNDS; round++) {
		plan_make(&supervisor->planner, round == 0 ? scope : PLAN_NEW);
		if (!publish_sync(&supervisor->publisher))
			break;
	}
	publish_advance(&supervisor->publisher);
	show_groups(&supervisor->publisher, &supervisor->setup.set);
	/* Without news its own interval is what the operator has asked for. */
	if (atomic_load(changes) != before)
		sampler_poke();
}

static void watch_error_report(struct supervisor *supervisor)
{
	if (supervisor->events.watch_error == 0 || supervisor->watch_told)
		return;
	supervisor->watch_told = true;
	report_event(REPORT_WARNING,
		     "not every group can be watched (%s): new ones are found by the rescan only; "
		     "raise fs.inotify.max_user_watches",
		     strerror(-supervisor->events.watch_error));
}

static void tree_walk(struct supervisor *supervisor)
{
	const struct nsec seldom = { .count = WALK_SELDOM_SEC * NSEC_PER_SEC };
	int ret = scan_all(&supervisor->scan);

	if (ret < 0)
		report_event(REPORT_WARNING, "the walk through the hierarchy failed: %s",
			     strerror(-ret));
	tree_events_walked(&supervisor->events, ret == 0);
	watch_error_report(supervisor);
	supervisor->next_walk = nsec_after(clock_now(), seldom);
}

void supervisor_review(struct supervisor *supervisor)
{
	if (!tree_events_are_complete(&supervisor->events) ||
	    nsec_reached(clock_now(), supervisor->next_walk))
		tree_walk(supervisor);
	supervisor->next_review = nsec_after(clock_now(), supervisor->setup.config.rescan_interval);
	publish_refresh(&supervisor->publisher, true);
	supervisor_settle(supervisor, PLAN_ALL);
}

void supervisor_rescan(struct supervisor *supervisor)
{
	supervisor->next_walk = (struct nsec){ 0 };
	supervisor_review(supervisor);
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
	struct returned_loan returned;

	while (loan_queue_take(&returned))
		slots_note_returned(&supervisor->publisher.slots, returned.slot, returned.loan);
	/* New ones: the attribute is what a limit is put back by when all of us are dead. */
	publish_refresh(&supervisor->publisher, false);
}

void supervisor_follow(struct supervisor *supervisor)
{
	/* Before anything is armed: what the board wants by then is not its new tenant's. */
	hooks_follow(&supervisor->hooks);
	handler_follow(supervisor);
	programs_advance(&supervisor->tables);
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

static void problems_report(const struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		char *text = problem_to_text(&problems->list[i]);

		report_event(REPORT_RELOAD_FAILED, "%s", text);
		free(text);
	}
}

static void threads_configure(const struct config *config)
{
	lender_set_step(config->take_back_step);
	report_set_history_size(config->history_size);
	sampler_set_interval(config->sample_interval);
	sampler_poke(); /* else the former interval runs to its end first */
}

void supervisor_publish_policies(struct supervisor *supervisor)
{
	const struct bytes memory = { (uint64_t)sysconf(_SC_PHYS_PAGES) *
				      (uint64_t)sysconf(_SC_PAGESIZE) };

	policies_publish(&supervisor->policies, &supervisor->publisher.slots,
			 &supervisor->setup.set);
	policies_publish_host(supervisor->tables.roster, &supervisor->setup.config, memory);
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
		problems_report(&problems);
	} else {
		setup_done(&supervisor->setup);
		supervisor->setup = setup;
		supervisor_publish_policies(supervisor);
		threads_configure(&supervisor->setup.config);
		supervisor_rescan(supervisor);
		report_event(REPORT_RELOADED, "reloaded: %zu policies",
			     supervisor->setup.set.count);
	}
	supervisor_write_page(supervisor);
}

void supervisor_abandon(struct supervisor *supervisor)
{
	publish_abandon(&supervisor->publisher);
}
