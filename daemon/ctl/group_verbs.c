/*
 * `oomhandlerctl release CGROUP` and `arm CGROUP`: the operator above the policies. The daemon answers at
 * once and does it afterwards; how far it got is on the status page, which is looked at for some seconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "base/clock.h"
#include "ctl/bus.h"
#include "ctl/group.h"
#include "ctl/view.h"
#include "shared/bus.h"

#define WATCH_MSEC 6000 /* a release looks twice, a second apart, and the page is a second old */
#define LOOK_MSEC 100

struct change {
	const char *method;
	const char *done; /* past tense, for people */
	const char *under_way;
	/* Is it through, as far as the page says? */
	bool (*reached)(const struct json_object *group);
};

static bool is_state(const struct json_object *group, const char *state)
{
	return strcmp(document_text(group, "state"), state) == 0;
}

static bool is_released(const struct json_object *group)
{
	return is_state(group, "refused");
}

/* A group in a dry run goes no further than held. */
static bool is_armed(const struct json_object *group)
{
	return is_state(group, "armed") || is_state(group, "episode") ||
	       (is_state(group, "held") && strcmp(document_text(group, "mode"), "enforce") != 0);
}

static bool has_reached(const struct ctl *ctl, const struct change *change)
{
	struct document_fault fault;
	struct json_object *group;
	struct page page;
	bool reached;

	if (page_load(ctl->runtime_dir, &fault, &page) < 0)
		return false;
	group = group_find(&page, ctl->arguments[0]);
	reached = group && change->reached(group);
	page_done(&page);
	return reached;
}

static bool watch(const struct ctl *ctl, const struct change *change)
{
	const struct timespec nap = { .tv_nsec = LOOK_MSEC * NSEC_PER_MSEC };
	struct nsec end = nsec_after(clock_now(), nsec_from_msec(WATCH_MSEC));

	while (!has_reached(ctl, change)) {
		if (nsec_reached(clock_now(), end))
			return false;
		nanosleep(&nap, NULL);
	}
	return true;
}

static void answer(const struct ctl *ctl, const struct change *change, bool done)
{
	char *label = group_label(ctl->arguments[0]);
	struct json_object *object;

	if (!ctl->json) {
		printf("%s: %s.\n", label, done ? change->done : change->under_way);
	} else {
		object = json_object_new_object();
		json_object_object_add(object, "cgroup", json_object_new_string(label));
		json_object_object_add(object, "done", json_object_new_boolean(done));
		ctl_print_json(object);
	}
	free(label);
}

/* Under way is no failure: the daemon has accepted it and goes on. */
static enum exit_code change_run(const struct ctl *ctl, const struct change *change)
{
	const struct bus_question question = { .method = change->method,
					       .argument = ctl->arguments[0] };
	char *text = NULL;
	enum exit_code code = bus_ask(ctl, &question, &text);

	free(text);
	if (code == EXIT_CODE_OK)
		answer(ctl, change, watch(ctl, change));
	return code;
}

enum exit_code release_run(const struct ctl *ctl)
{
	static const struct change change = {
		.method = BUS_RELEASE,
		.done = "released; the kernel's killer is in charge until it is armed again",
		.under_way = "is being released; see " CTL_NAME " show",
		.reached = is_released,
	};

	return change_run(ctl, &change);
}

enum exit_code arm_run(const struct ctl *ctl)
{
	static const struct change change = {
		.method = BUS_ARM,
		.done = "its policy applies",
		.under_way = "is being armed; see " CTL_NAME " show",
		.reached = is_armed,
	};

	return change_run(ctl, &change);
}
