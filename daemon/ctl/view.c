/* See view.h. */
#include "ctl/view.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "base/clock.h"
#include "base/text.h"

#define NAME_SIZE 4096 /* of an escaped path; a longer one is cut, for print only */

static enum exit_code explain_no_page(const struct ctl *ctl, enum alive alive)
{
	char directory[NAME_SIZE];

	text_escape(ctl->runtime_dir, directory, sizeof(directory));
	if (alive == ALIVE_YES)
		return ctl_refuse(ctl, EXIT_CODE_UNREACHABLE,
				  "the daemon of %s runs but has not written its status yet; try "
				  "again in a second",
				  directory);
	return ctl_refuse(ctl, EXIT_CODE_UNREACHABLE,
			  "no daemon runs in %s, and none left a status there; start it with: "
			  "systemctl start oomhandlerd",
			  directory);
}

static enum exit_code explain(const struct ctl *ctl, const char *name, const char *text)
{
	char directory[NAME_SIZE];

	return ctl_refuse(ctl, EXIT_CODE_FAILURE, "%s/%s: %s",
			  text_escape(ctl->runtime_dir, directory, sizeof(directory)), name, text);
}

/* What may not be signalled is there as well. A number somebody else got meanwhile is not told apart. */
static bool process_is_gone(uint64_t pid)
{
	return pid > 0 && pid <= INT32_MAX && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

enum exit_code view_open(const struct ctl *ctl, struct view *ret_view)
{
	struct document_fault fault;
	struct view view = { .alive = ALIVE_NO };
	int ret = alive_look(ctl->runtime_dir, &view.alive);

	if (ret < 0)
		return explain(ctl, "lock", strerror(-ret));
	ret = page_load(ctl->runtime_dir, &fault, &view.page);
	if (ret == -ENOENT || ret == -ENOTDIR)
		return explain_no_page(ctl, view.alive);
	if (ret < 0)
		return explain(ctl, PAGE_NAME, fault.text);
	view.age = page_age(&view.page, clock_now());
	view.silent =
		view.alive == ALIVE_YES && view.age.count > nsec_from_msec(VIEW_SILENT_MSEC).count;
	view.gone =
		view.silent && process_is_gone(document_count(view.page.root, "supervisor_pid"));
	verdict_find(&view);
	*ret_view = view;
	return EXIT_CODE_OK;
}

bool view_is_stale(const struct view *view)
{
	return view->alive == ALIVE_NO || view->silent;
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
