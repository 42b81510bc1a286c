/*
 * The first line of `status`: is all well, and if not, what to do. An ordered table of troubles; the
 * first that applies is the verdict, so the worst comes first.
 */
#include "ctl/view.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "settings/human.h"

static uint64_t count_of(const struct view *view, const char *key)
{
	return document_count(document_object(view->page.root, "counts"), key);
}

static bool has_text(const struct json_object *group, const char *key, const char *text)
{
	return strcmp(document_text(group, key), text) == 0;
}

static uint64_t groups_in_state(const struct view *view, const char *state)
{
	uint64_t count = 0;

	for (size_t i = 0; i < document_length(view->page.root, "groups"); i++)
		count += has_text(document_item(view->page.root, "groups", i), "state", state);
	return count;
}

/* What the policies matched; groups above and below those are on the page for another reason. */
struct tally {
	uint64_t matched;
	uint64_t ignored; /* the policy says so */
	uint64_t refused;
	uint64_t dry; /* watched, nothing is done */
	uint64_t waiting; /* neither armed yet nor refused */
};

static struct tally tally_make(const struct view *view)
{
	bool dry_run = document_flag(view->page.root, "dry_run");
	struct tally tally = { .matched = 0 };

	for (size_t i = 0; i < document_length(view->page.root, "groups"); i++) {
		const struct json_object *group = document_item(view->page.root, "groups", i);

		if (!has_text(group, "role", "managed") || !document_has(group, "policy"))
			continue;
		tally.matched++;
		if (has_text(group, "mode", "ignore"))
			tally.ignored++;
		else if (has_text(group, "state", "refused"))
			tally.refused++;
		else if (dry_run || has_text(group, "mode", "dry-run"))
			tally.dry++;
		else if (has_text(group, "state", "held") || has_text(group, "state", "absent"))
			tally.waiting++;
	}
	return tally;
}

static bool is_dead(const struct view *view)
{
	return view->alive == ALIVE_NO;
}

static bool is_gone(const struct view *view)
{
	return view->gone;
}

static bool is_silent(const struct view *view)
{
	return view->silent;
}

static bool lacks_handler(const struct view *view)
{
	return !document_flag(document_object(view->page.root, "handler"), "up");
}

static bool has_stranded_groups(const struct view *view)
{
	return groups_in_state(view, "stranded") > 0;
}

static bool has_failed_groups(const struct view *view)
{
	return groups_in_state(view, "failed") > 0;
}

static bool has_failed_reload(const struct view *view)
{
	return strcmp(document_text(document_object(view->page.root, "config"), "last_reload"),
		      "failed") == 0;
}

static bool has_no_policy(const struct view *view)
{
	return document_length(view->page.root, "policies") == 0;
}

static bool has_handed_back(const struct view *view)
{
	return groups_in_state(view, "handed-back") > 0;
}

static bool has_only_refusals(const struct view *view)
{
	struct tally tally = tally_make(view);

	return tally.refused > 0 && tally.refused + tally.ignored == tally.matched;
}

static bool has_page_faults(const struct view *view)
{
	return document_count(document_object(view->page.root, "handler"), "page_faults") > 0;
}

static bool is_failed(const struct json_object *board)
{
	return has_text(board, "state", "failed");
}

bool view_has_failed_source(const struct view *view)
{
	const struct json_object *root = view->page.root;
	bool failed = is_failed(document_object(root, "kill"));

	for (size_t i = 0; i < document_length(root, "sources"); i++) {
		const struct json_object *source = document_item(root, "sources", i);

		failed = failed || (document_flag(source, "allowed") && is_failed(source));
	}
	return failed;
}

static bool has_dropped(const struct view *view)
{
	return count_of(view, "outcomes_dropped") > 0;
}

static const struct trouble {
	bool (*applies)(const struct view *view);
	enum exit_code code;
	const char *advice;
} troubles[] = {
	{ is_dead, EXIT_CODE_UNREACHABLE,
	  "The daemon is not running. Make sure that no group stays without a killer with "
	  "`oomhandlerd --hand-back`, then start it: systemctl start oomhandlerd" },
	{ is_gone, EXIT_CODE_DEGRADED,
	  "The supervisor is not running: nothing new is armed, and groups that are not out of "
	  "memory right now are given back to the kernel's killer until it serves again. The "
	  "guardian starts it again and again; why it ends is in the journal (journalctl -u "
	  "oomhandlerd). A configuration that was broken since keeps it from starting: "
	  "`oomhandlerctl check` finds the mistake, repair it" },
	{ is_silent, EXIT_CODE_DEGRADED,
	  "The supervisor is silent: nothing new is armed, and groups that are not out of memory "
	  "right now are given back to the kernel's killer until it serves again. The guardian "
	  "ends one that stays silent and starts another; if this lasts, see journalctl -u "
	  "oomhandlerd and `oomhandlerctl check`: a broken configuration keeps it from starting" },
	{ lacks_handler, EXIT_CODE_DEGRADED,
	  "The handler is down: the kernel's killer is in charge of every group until the guardian "
	  "has restarted it. If it lasts, the reason is in the journal: journalctl -u "
	  "oomhandlerd" },
	{ has_stranded_groups, EXIT_CODE_DEGRADED,
	  "A group is out of memory and nobody in it may be killed, not even by the kernel: raise "
	  "its "
	  "limit, or end one of its processes by hand; see below" },
	{ has_failed_groups, EXIT_CODE_DEGRADED,
	  "A group could not be armed because the kernel refused a knob: see its error below" },
	{ has_failed_reload, EXIT_CODE_DEGRADED,
	  "The last reload failed and the configuration from before is in force: mend what is "
	  "listed "
	  "below (oomhandlerctl check), then reload" },
	{ has_no_policy, EXIT_CODE_DEGRADED,
	  "The daemon runs, but there is no policy, so it looks after nothing: put one "
	  "into " SYSCONFDIR "/oomhandlerd/policy.d and reload" },
	{ has_handed_back, EXIT_CODE_DEGRADED,
	  "A group was handed to the kernel's killer and is armed again when it is safe: see "
	  "below" },
	{ has_only_refusals, EXIT_CODE_DEGRADED,
	  "The policies match groups, but every one of them is refused: see the reasons below" },
	{ has_page_faults, EXIT_CODE_DEGRADED,
	  "The handler has taken page faults, which it must not: its memory is not locked as it "
	  "should "
	  "be, see `oomhandlerctl doctor`" },
	{ view_has_failed_source, EXIT_CODE_DEGRADED,
	  "A program of the daemon in the kernel has failed: decisions go by the next best source "
	  "until a test, made every second, has seen it work again; see below" },
	{ has_dropped, EXIT_CODE_DEGRADED,
	  "Records of episodes were dropped because nobody took them in time; the episodes "
	  "themselves "
	  "were handled" },
};

static void say(struct view *view, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct view *view, const char *format, ...)
{
	size_t used = strlen(view->verdict);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(view->verdict + used, sizeof(view->verdict) - used, format, arguments);
	va_end(arguments);
}

static void say_count(struct view *view, uint64_t count, const char *noun)
{
	say(view, "%" PRIu64 " %s%s", count, noun, count == 1 ? "" : "s");
}

/* Nothing is amiss; but "well" is only what does something. */
static void describe_well(struct view *view)
{
	struct tally tally = tally_make(view);

	if (tally.matched == 0) {
		say(view, "Nothing is managed: no policy matches any control group");
		return;
	}
	if (tally.matched == tally.ignored) {
		say(view, "Nothing is managed: the policies say ignore to all they match, ");
		say_count(view, tally.ignored, "group");
		return;
	}
	if (document_flag(view->page.root, "dry_run")) {
		say(view, "Dry run: the kernel's killer stays in charge and nothing is changed; ");
		say_count(view, tally.dry, "group");
		say(view, " watched, ");
	} else {
		say(view, "All is well: ");
		say_count(view, count_of(view, "armed"), "group");
		say(view, " armed, ");
		if (tally.dry)
			say(view, "%" PRIu64 " in dry run, ", tally.dry);
		if (tally.waiting)
			say(view, "%" PRIu64 " not yet armed, ", tally.waiting);
	}
	say_count(view, count_of(view, "episodes"), "episode");
	say(view, " so far");
}

void verdict_find(struct view *view)
{
	char age[HUMAN_SIZE];

	view->code = EXIT_CODE_OK;
	view->verdict[0] = '\0';
	for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
		if (!troubles[i].applies(view))
			continue;
		view->code = troubles[i].code;
		say(view, "%s", troubles[i].advice);
		break;
	}
	if (view->code == EXIT_CODE_OK)
		describe_well(view);
	else if (view_is_stale(view))
		say(view, " (what follows is %s old)", human_span(view->age, age));
}
