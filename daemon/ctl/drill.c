/*
 * `oomhandlerctl drill`: a real OOM, resolved by a second instance of the daemon, in a scratch group of
 * its own. Whatever happens, also an interrupt, everything it made is removed at the end.
 */
#include "ctl/drill.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "ctl/ctl.h"
#include "ctl/hierarchy.h"
#include "settings/human.h"

#define ARMED_MSEC 30000 /* the kernel gate provokes an OOM of its own first */
#define RESOLVED_MSEC 20000 /* the policy's deadline, a second of calm, a page a second */
#define LOOK_NSEC (10 * NSEC_PER_MSEC)

static volatile sig_atomic_t interrupted;

static void note_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

/* A reader that went away (drill | head) must not end us before the clean-up either. */
static int catch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	const struct sigaction note = { .sa_handler = note_interrupt };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], &note, NULL) < 0)
			return -errno;
	return sigaction(SIGPIPE, &ignore, NULL) < 0 ? -errno : 0;
}

/* Return: -ECANCELED, so that a step can end with it. */
static __attribute__((format(printf, 2, 3))) int fail(struct drill *drill, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(drill->failure, sizeof(drill->failure), format, arguments);
	va_end(arguments);
	return -ECANCELED;
}

static void describe_end(const struct drill_instance *instance, char text[static 64])
{
	if (WIFSIGNALED(instance->status))
		snprintf(text, 64, "was killed by signal %d", WTERMSIG(instance->status));
	else
		snprintf(text, 64, "exited %d", WEXITSTATUS(instance->status));
}

/* What a look at the page says about the thing that is waited for. */
enum sight {
	SIGHT_NOT_YET,
	SIGHT_THERE,
	SIGHT_NEVER, /* drill->failure says why */
};

static enum sight see_armed(struct drill *drill)
{
	for (size_t i = 0; i < document_length(drill->page.root, "groups"); i++) {
		const struct json_object *group = document_item(drill->page.root, "groups", i);
		const char *state = document_text(group, "state");

		if (strcmp(document_text(group, "cgroup"), drill->group.name) != 0)
			continue;
		if (strcmp(state, "armed") == 0)
			return SIGHT_THERE;
		if (strcmp(state, "refused") != 0 && strcmp(state, "failed") != 0)
			return SIGHT_NOT_YET;
		(void)fail(drill, "the second instance did not arm %s: %s %s", drill->group.name,
			   document_text(group, "reason"), document_text(group, "error"));
		return SIGHT_NEVER;
	}
	return SIGHT_NOT_YET;
}

static enum sight see_episode(struct drill *drill)
{
	for (size_t i = 0; i < document_length(drill->page.root, "recent"); i++) {
		const struct json_object *episode = document_item(drill->page.root, "recent", i);

		if (strcmp(document_text(episode, "cgroup"), drill->group.name) != 0)
			continue;
		drill->episode = episode;
		return SIGHT_THERE;
	}
	return SIGHT_NOT_YET;
}

static int look(struct drill *drill, enum sight (*see)(struct drill *drill), enum sight *ret_sight)
{
	struct document_fault fault;
	int ret;

	page_done(&drill->page);
	ret = page_load(drill->instance.runtime_dir, &fault, &drill->page);
	if (ret == -ENOENT) {
		*ret_sight = SIGHT_NOT_YET;
		return 0;
	}
	if (ret < 0)
		return fail(drill, "the second instance's status page: %s", fault.text);
	*ret_sight = see(drill);
	return *ret_sight == SIGHT_NEVER ? -ECANCELED : 0;
}

struct wait {
	enum sight (*see)(struct drill *drill);
	const char *what;
	struct nsec patience;
};

static int wait_until(struct drill *drill, const struct wait *wait)
{
	const struct nsec deadline = nsec_after(clock_now(), wait->patience);
	char text[64];

	while (!nsec_reached(clock_now(), deadline)) {
		const struct timespec pause_for = { .tv_nsec = LOOK_NSEC };
		enum sight sight = SIGHT_NOT_YET;
		int ret;

		drill_instance_reap(&drill->instance);
		if (!drill->instance.pid) {
			describe_end(&drill->instance, text);
			return fail(drill, "the second instance %s", text);
		}
		ret = look(drill, wait->see, &sight);
		if (ret < 0 || sight == SIGHT_THERE)
			return ret;
		(void)nanosleep(&pause_for, NULL); /* an interrupt is seen in the next line */
		if (interrupted)
			return fail(drill, "interrupted");
	}
	return fail(drill, "%s did not happen within %s", wait->what,
		    human_span(wait->patience, text));
}

static int set_scene(struct drill *drill)
{
	char mount[PATH_MAX];
	int ret = hierarchy_find(mount);

	if (ret < 0)
		return fail(drill, "no memory hierarchy of cgroup v1 is mounted");
	ret = drill_group_make(&drill->group, mount);
	if (ret < 0)
		return fail(drill, "scratch group in %s: %s", mount, strerror(-ret));
	ret = drill_instance_start(&drill->instance, drill->group.name);
	if (ret == -ENOENT)
		return fail(drill, "oomhandlerd is neither beside this program nor in " LIBEXECDIR);
	if (ret == -ENOTSUP)
		return fail(drill, "neither /run nor /dev/shm is a tmpfs");
	if (ret < 0)
		return fail(drill, "second instance of oomhandlerd: %s", strerror(-ret));
	return 0;
}

static int wait_for_arming(struct drill *drill)
{
	const struct nsec start = clock_now();
	const struct wait armed = { .see = see_armed,
				    .what = "arming",
				    .patience = nsec_from_msec(ARMED_MSEC) };
	int ret = wait_until(drill, &armed);

	if (ret == 0)
		ret = drill_group_level(&drill->group, &drill->before);
	drill->armed_after = nsec_between(start, clock_now());
	return ret;
}

static int provoke(struct drill *drill)
{
	const struct wait recorded = { .see = see_episode,
				       .what = "a record of the episode",
				       .patience = nsec_from_msec(RESOLVED_MSEC) };
	int ret = drill_group_grow(&drill->group);

	return ret < 0 ? ret : wait_until(drill, &recorded);
}

static int take_stock(struct drill *drill)
{
	drill_group_reap(&drill->group);
	for (int role = 0; role < DRILL_ROLE_COUNT; role++)
		drill->alive[role] = drill->group.process[role].pid != 0;
	drill->stopped_in_order = drill_instance_stop(&drill->instance) == 0;
	return drill_group_level(&drill->group, &drill->after);
}

/* Progress for a person who watches; the JSON answer is one object at the end. */
static __attribute__((format(printf, 2, 3))) void tell(const struct ctl *ctl, const char *format,
						       ...)
{
	va_list arguments;

	if (ctl->json)
		return;
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	(void)fflush(stdout); /* a lost progress line loses nothing */
}

static int play(const struct ctl *ctl, struct drill *drill)
{
	char span[HUMAN_SIZE];
	int ret = set_scene(drill);

	if (ret < 0)
		return ret;
	tell(ctl,
	     "Scratch group %s, limit %d MiB, with three processes:\n"
	     "  drill-small %d MiB, drill-middle %d MiB, drill-hog, which will grow until it is "
	     "stopped\n",
	     drill->group.name, DRILL_LIMIT_MIB, DRILL_SMALL_MIB, DRILL_MIDDLE_MIB);
	ret = wait_for_arming(drill);
	if (ret < 0)
		return ret;
	tell(ctl,
	     "A second instance of oomhandlerd has armed it, %s after its start.\n"
	     "drill-hog grows...\n",
	     human_span(drill->armed_after, span));
	ret = provoke(drill);
	return ret < 0 ? ret : take_stock(drill);
}

/* The daemon's own reasons to refuse keep their exit codes: 5 and 6. */
static enum exit_code code_of(const struct drill *drill)
{
	int status = drill->instance.status;

	if (drill_story_passes(drill))
		return EXIT_CODE_OK;
	if (!drill->complete && !drill->instance.pid && WIFEXITED(status) &&
	    (WEXITSTATUS(status) == EXIT_CODE_CONFIG || WEXITSTATUS(status) == EXIT_CODE_KERNEL))
		return (enum exit_code)WEXITSTATUS(status);
	return EXIT_CODE_FAILURE;
}

/* Return: the code, or failure when something could not be removed, which is said. */
static enum exit_code clean_up(struct drill *drill, enum exit_code code)
{
	int instance = drill_instance_done(&drill->instance);
	int group = drill_group_done(&drill->group);

	if (group < 0)
		fprintf(stderr, CTL_NAME ": drill: %s could not be removed: %s\n", drill->group.top,
			strerror(-group));
	if (instance < 0)
		fprintf(stderr, CTL_NAME ": drill: the second instance did not end in order: %s\n",
			strerror(-instance));
	if ((group < 0 || instance < 0) && code == EXIT_CODE_OK)
		code = EXIT_CODE_FAILURE;
	page_done(&drill->page);
	return code;
}

enum exit_code drill_run(const struct ctl *ctl)
{
	struct drill drill = { .complete = false };
	enum exit_code code;
	int ret = catch_signals();

	drill_group_init(&drill.group);
	if (ret == 0)
		ret = play(ctl, &drill);
	drill.complete = ret == 0;
	if (ret < 0 && !drill.failure[0])
		(void)fail(&drill, "%s", strerror(-ret));
	code = code_of(&drill);
	if (ctl->json)
		drill_story_print_json(&drill);
	else
		drill_story_print(&drill);
	if (code != EXIT_CODE_OK)
		drill_instance_print_log(&drill.instance, stderr);
	return clean_up(&drill, code);
}
