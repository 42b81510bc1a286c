/*
 * The first line of `status`: is all well, and if not, what to do. An ordered table of troubles; the
 * first that applies is the verdict, so the worst comes first.
 */
#include "ctl/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/human.h"

static uint64_t count_of(const struct view *view, const char *key)
{
	return document_count(document_object(view->page.root, "counts"), key);
}

static uint64_t groups_in_state(const struct view *view, const char *state)
{
	uint64_t count = 0;

	for (size_t i = 0; i < document_length(view->page.root, "groups"); i++)
		count += strcmp(document_text(document_item(view->page.root, "groups", i), "state"),
				state) == 0;
	return count;
}

static bool is_dead(const struct view *view)
{
	return view->alive == ALIVE_NO;
}

static bool is_silent(const struct view *view)
{
	return view->silent;
}

static bool lacks_handler(const struct view *view)
{
	return !document_flag(document_object(view->page.root, "handler"), "up");
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
	return count_of(view, "armed") == 0 && count_of(view, "refused") > 0;
}

static bool has_page_faults(const struct view *view)
{
	return document_count(document_object(view->page.root, "handler"), "page_faults") > 0;
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
	{ is_silent, EXIT_CODE_DEGRADED,
	  "The supervisor is silent: groups keep their handler and guardian, but no new group is "
	  "armed and nothing here is fresh. If it lasts: systemctl restart oomhandlerd" },
	{ lacks_handler, EXIT_CODE_DEGRADED,
	  "The handler is down: the kernel's killer is in charge of every group until the guardian "
	  "has restarted it. If it lasts, the reason is in the journal: journalctl -u "
	  "oomhandlerd" },
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
	{ has_dropped, EXIT_CODE_DEGRADED,
	  "Records of episodes were dropped because nobody took them in time; the episodes "
	  "themselves "
	  "were handled" },
};

static void describe_well(struct view *view)
{
	uint64_t armed = count_of(view, "armed");

	snprintf(view->verdict, sizeof(view->verdict),
		 "All is well: %" PRIu64 " group%s armed, %" PRIu64 " episode%s so far%s", armed,
		 armed == 1 ? "" : "s", count_of(view, "episodes"),
		 count_of(view, "episodes") == 1 ? "" : "s",
		 document_flag(view->page.root, "dry_run") ? " (dry run: nothing is changed)" : "");
}

void verdict_find(struct view *view)
{
	char age[HUMAN_SIZE];

	view->code = EXIT_CODE_OK;
	for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
		if (!troubles[i].applies(view))
			continue;
		view->code = troubles[i].code;
		snprintf(view->verdict, sizeof(view->verdict), "%s", troubles[i].advice);
		break;
	}
	if (view->code == EXIT_CODE_OK)
		describe_well(view);
	else if (is_dead(view) || is_silent(view))
		snprintf(view->verdict + strlen(view->verdict),
			 sizeof(view->verdict) - strlen(view->verdict), " (what follows is %s old)",
			 human_span(view->age, age));
}
