/*
 * oomhandlerd-supervisor: configuration, discovery, publishing, sampling, reporting. It may block,
 * allocate and crash: guardian and handler go on without it, and the next one takes over from the
 * roster. The guardian starts it; only `--probe` runs alone.
 *
 * Threads: this main loop owns the tree, the plan, the publications and the roster; sampler, reporter
 * and lender have threads of their own.
 */
#include "supervisor/supervisor.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <systemd/sd-event.h>

#include "base/clock.h"
#include "base/exit_code.h"
#include "base/hold.h"
#include "base/io.h"
#include "base/text.h"
#include "supervisor/kernel_gate.h"
#include "supervisor/lender.h"
#include "supervisor/orphan.h"
#include "supervisor/probe.h"
#include "supervisor/programs.h"
#include "supervisor/reader.h"
#include "supervisor/report.h"
#include "supervisor/sampler.h"
#include "supervisor/stranded.h"

#define TICK_USEC 1000000 /* beat, status page, watchdog: what the others count on */
#define TICK_ACCURACY_USEC 10000

static struct supervisor supervisor;

static int on_wake(sd_event_source *source, int fd, uint32_t events, void *context)
{
	(void)source;
	(void)events;
	(void)context;
	(void)io_drain_event(fd); /* empty is as good */
	supervisor_follow(&supervisor);
	return 0;
}

static int on_tick(sd_event_source *source, uint64_t usec, void *context)
{
	struct pulse *pulse = supervisor.tables.pulse;

	(void)context;
	supervisor_follow(&supervisor);
	if (nsec_reached(clock_now(), supervisor.next_review))
		supervisor_review(&supervisor);
	else
		supervisor_settle(&supervisor, PLAN_LIMITLESS);
	supervisor_write_page(&supervisor);
	/* Last: a tick that got stuck above has not beaten. */
	atomic_fetch_add(&pulse->supervisor_beat, 1);
	service_tick(&supervisor.service, pulse);
	/* From now: after a pause there is one tick, not all that were missed. */
	(void)sd_event_now(sd_event_source_get_event(source), CLOCK_MONOTONIC, &usec);
	return sd_event_source_set_time(source, usec + TICK_USEC);
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
	(void)source;
	(void)info;
	(void)context;
	service_reloading();
	supervisor_reload(&supervisor);
	service_ready();
	return 0;
}

/* The guardian undoes everything after us; there is nothing to put away here. */
static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
	(void)info;
	(void)context;
	service_stopping();
	return sd_event_exit(sd_event_source_get_event(source), EXIT_CODE_OK);
}

static int on_guardian_death(sd_event_source *source, int fd, uint32_t events, void *context)
{
	(void)fd;
	(void)events;
	(void)context;
	service_stopping();
	supervisor_abandon(&supervisor);
	return sd_event_exit(sd_event_source_get_event(source), EXIT_CODE_FAILURE);
}

static int loop_prepare(sd_event **ret_event)
{
	sd_event *event = NULL;
	uint64_t now;
	int ret = sd_event_new(&event);

	if (ret >= 0)
		ret = sd_event_add_signal(event, NULL, SIGTERM, on_stop, NULL);
	if (ret >= 0)
		ret = sd_event_add_signal(event, NULL, SIGINT, on_stop, NULL);
	if (ret >= 0)
		ret = sd_event_add_signal(event, NULL, SIGHUP, on_reload, NULL);
	if (ret >= 0)
		ret = sd_event_add_io(event, NULL, INHERIT_GUARDIAN, EPOLLIN, on_guardian_death,
				      NULL);
	if (ret >= 0)
		ret = sd_event_add_io(event, NULL, INHERIT_WAKE_SUPERVISOR, EPOLLIN, on_wake, NULL);
	if (ret >= 0)
		ret = supervisor_add_news(&supervisor, event);
	if (ret >= 0)
		ret = sd_event_now(event, CLOCK_MONOTONIC, &now);
	if (ret >= 0) {
		sd_event_source *tick = NULL;

		ret = sd_event_add_time(event, &tick, CLOCK_MONOTONIC, now + TICK_USEC,
					TICK_ACCURACY_USEC, on_tick, NULL);
		if (ret >= 0)
			ret = sd_event_source_set_enabled(tick, SD_EVENT_ON);
		/* Owned by the loop, like the sources above that were never named. */
		if (ret >= 0)
			ret = sd_event_source_set_floating(tick, true);
		sd_event_source_unref(tick);
	}
	*ret_event = event;
	return ret;
}

/* Loads configuration and policies, or says all that is wrong with them. */
static int start_setup(void)
{
	int ret = setup_load(&supervisor.line, &supervisor.setup, &supervisor.problems);

	problems_print(&supervisor.problems, stderr);
	supervisor.last_reload_ok = ret == 0;
	return ret;
}

/* The hierarchy, and whether its groups may be armed on this kernel. */
static enum exit_code start_gate(void)
{
	const char *reason = "";
	struct kernel_gate gate;

	if (discover_open(&supervisor.discover, &reason) < 0) {
		(void)fprintf(stderr, "oomhandlerd-supervisor: no cgroup v1 memory hierarchy: %s\n",
			      reason);
		return EXIT_CODE_KERNEL;
	}
	switch (kernel_gate_check(supervisor.discover.mount, supervisor.line.fail_kernel_gate,
				  &gate)) {
	case KERNEL_GATE_FIT:
		return EXIT_CODE_OK;
	case KERNEL_GATE_UNFIT:
		(void)fprintf(stderr, "oomhandlerd-supervisor: this kernel is refused: %s\n",
			      gate.reason);
		return EXIT_CODE_KERNEL;
	case KERNEL_GATE_UNTESTED:
		(void)fprintf(stderr,
			      "oomhandlerd-supervisor: this kernel could not be tested: %s\n",
			      gate.reason);
		return EXIT_CODE_FAILURE;
	}
	return EXIT_CODE_FAILURE;
}

/* Without it the daemon works, and keeps no history. */
static void state_dir_make(const char *path)
{
	char label[GROUP_LABEL_SIZE];

	if (mkdir(path, 0755) == 0 || errno == EEXIST)
		return;
	report_event(REPORT_WARNING,
		     "the state directory %s cannot be made (%s): no history will be kept",
		     text_escape(path, label, sizeof(label)), strerror(errno));
}

static void node_removed(void *context, struct node *node)
{
	struct publisher *publisher = context;

	/* Before the roster says so: whoever leaves the facts for it leaves a group that is known to be gone. */
	stranded_group_gone(node->inode, stranded_claim_of(publisher, node));
	publish_forget(publisher, node);
}

static int start_parts(void)
{
	int ret;

	programs_load(&supervisor.setup.config);
	ret = supervisor_listen(&supervisor);
	if (ret < 0)
		return ret;
	groups_init(&supervisor.groups, supervisor.discover.mount);
	publish_init(&supervisor.publisher, &supervisor.tables, &supervisor.groups,
		     &supervisor.scan);
	supervisor.tree.removed = node_removed;
	supervisor.tree.context = &supervisor.publisher;
	hooks_init(&supervisor.hooks, &supervisor);
	policies_init(&supervisor.policies, &supervisor.publisher.slots, supervisor.line.dry_run);
	supervisor.planner = (struct planner){
		.tables = &supervisor.tables,
		.tree = &supervisor.tree,
		.set = &supervisor.setup.set,
		.policies = &supervisor.policies,
		.mount = supervisor.discover.directory,
	};
	service_init(&supervisor.service);
	state_dir_make(supervisor.line.state_dir);
	report_set_history_size(supervisor.setup.config.history_size);
	return report_start(&supervisor.tables, &supervisor.groups, supervisor.line.state_dir);
}

/* What a former supervisor or a dead instance left, then what the policies ask for. */
static int start_groups(void)
{
	int ret = scan_all(&supervisor.scan);

	if (ret < 0)
		return ret;
	publish_recover(&supervisor.publisher);
	(void)orphan_repair_all(&supervisor.scan); /* each told */
	supervisor_publish_policies(&supervisor);
	supervisor_rescan(&supervisor);
	report_outcomes();
	ret = sampler_start(&supervisor.tables, &supervisor.groups,
			    supervisor.setup.config.sample_interval);
	if (ret == 0)
		ret = lender_start(&supervisor.tables, &supervisor.groups,
				   supervisor.setup.config.take_back_step);
	return ret;
}

/* Without the bus the daemon does its work; only nobody can ask it anything. */
static void start_bus(void)
{
	int ret = bus_open(&supervisor.bus, &supervisor);

	if (ret < 0)
		report_event(REPORT_WARNING,
			     "the bus cannot be opened (%s): oomhandlerctl explain, "
			     "arm, release and reload will not work",
			     strerror(-ret));
}

static void start_ready(void)
{
	struct pulse *pulse = supervisor.tables.pulse;

	supervisor_write_page(&supervisor);
	atomic_fetch_add(&pulse->supervisor_beat, 1);
	atomic_store(&pulse->supervisor_ready, supervisor.publisher.slots.supervisor_generation);
	report_event(REPORT_STARTED, "supervisor %u ready: %zu policies, memory hierarchy at %s",
		     supervisor.publisher.slots.supervisor_generation, supervisor.setup.set.count,
		     supervisor.discover.mount);
	service_ready();
}

static int run(void)
{
	int ret = start_parts();

	if (ret == 0)
		ret = start_groups();
	if (ret == 0)
		ret = loop_prepare(&supervisor.event);
	if (ret >= 0) {
		start_bus();
		start_ready();
		ret = sd_event_loop(supervisor.event);
	}
	if (ret < 0) {
		(void)fprintf(stderr, "oomhandlerd-supervisor: %s\n", strerror(-ret));
		return EXIT_CODE_FAILURE;
	}
	return ret;
}

static int tables_inherit(void)
{
	const int fds[] = { INHERIT_ROSTER, INHERIT_FACTS, INHERIT_OUTCOMES,
			    INHERIT_LEDGER, INHERIT_PULSE, INHERIT_ROLL };
	/* The outcomes for the ring's index alone: it is the consumer's. */
	const struct tables_access access = { .roster = true, .facts = true, .outcomes = true };

	return tables_map(fds, access, &supervisor.tables);
}

/* Before any thread is there: each inherits the mask, and the signals come to the loop alone. */
static void signals_block(void)
{
	sigset_t signals;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL); /* fails only for a wrong argument */
}

int main(int argc, char **argv)
{
	enum exit_code code;

	hold_init();
	signals_block();
	if (command_line_parse(COMMAND_LINE_SUPERVISOR, argc, argv, &supervisor.line) < 0)
		return EXIT_CODE_USAGE;
	switch (supervisor.line.action) {
	case COMMAND_LINE_HELP:
		command_line_print_help(COMMAND_LINE_SUPERVISOR);
		return EXIT_CODE_OK;
	case COMMAND_LINE_VERSION:
		command_line_print_version(COMMAND_LINE_SUPERVISOR);
		return EXIT_CODE_OK;
	case COMMAND_LINE_PROBE:
		return probe_run(&supervisor.line);
	case COMMAND_LINE_READ_PROCESSES:
		return reader_run();
	case COMMAND_LINE_HAND_BACK: /* the guardian's */
	case COMMAND_LINE_RUN:
		break;
	}
	if (tables_inherit() < 0) {
		(void)fprintf(stderr, "oomhandlerd-supervisor: is started by oomhandlerd, not by "
				      "hand (only --probe runs alone)\n");
		return EXIT_CODE_FAILURE;
	}
	if (start_setup() < 0)
		return EXIT_CODE_CONFIG;
	code = start_gate();
	return code == EXIT_CODE_OK ? run() : (int)code;
}
