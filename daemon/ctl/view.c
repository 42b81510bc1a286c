/* See view.h. */
#include "ctl/view.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "base/clock.h"

static enum exit_code explain_no_page(const struct ctl *ctl, enum alive alive)
{
	fprintf(stderr,
		alive == ALIVE_YES
			? CTL_NAME ": the daemon of %s runs but has not written its status yet; "
				   "try again in a second\n"
			: CTL_NAME ": no daemon runs in %s, and none left a status there; "
				   "start it with: systemctl start oomhandlerd\n",
		ctl->runtime_dir);
	return EXIT_CODE_UNREACHABLE;
}

enum exit_code view_open(const struct ctl *ctl, struct view *ret_view)
{
	struct document_fault fault;
	struct view view = { .alive = ALIVE_NO };
	int ret = alive_look(ctl->runtime_dir, &view.alive);

	if (ret < 0) {
		fprintf(stderr, CTL_NAME ": %s/lock: %s\n", ctl->runtime_dir, strerror(-ret));
		return EXIT_CODE_FAILURE;
	}
	ret = page_load(ctl->runtime_dir, &fault, &view.page);
	if (ret == -ENOENT || ret == -ENOTDIR)
		return explain_no_page(ctl, view.alive);
	if (ret < 0) {
		fprintf(stderr, CTL_NAME ": %s/" PAGE_NAME ": %s\n", ctl->runtime_dir, fault.text);
		return EXIT_CODE_FAILURE;
	}
	view.age = page_age(&view.page, clock_now());
	view.silent =
		view.alive == ALIVE_YES && view.age.count > nsec_from_msec(VIEW_SILENT_MSEC).count;
	verdict_find(&view);
	*ret_view = view;
	return EXIT_CODE_OK;
}

struct json_object *view_to_json(const struct view *view)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "alive", json_object_new_boolean(view->alive == ALIVE_YES));
	json_object_object_add(object, "supervisor_silent", json_object_new_boolean(view->silent));
	json_object_object_add(object, "well", json_object_new_boolean(view->code == EXIT_CODE_OK));
	json_object_object_add(object, "verdict", json_object_new_string(view->verdict));
	return object;
}

void view_done(struct view *view)
{
	page_done(&view->page);
}
