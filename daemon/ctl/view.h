/*
 * What status, list and show look at: the page, whether the daemon behind it is alive, and the verdict
 * in words that follows from both.
 */
#pragma once

#include <stdbool.h>

#include "ctl/alive.h"
#include "ctl/ctl.h"
#include "ctl/page.h"

#define VIEW_SILENT_MSEC 5000 /* five pages missed */

struct view {
	enum alive alive;
	bool silent; /* alive, but the page is older than VIEW_SILENT_MSEC */
	bool gone; /* ... and the supervisor that wrote it is no process any more */
	struct page page; /* owner: this struct */
	struct nsec age; /* of the page */
	enum exit_code code; /* OK, UNREACHABLE or DEGRADED */
	char verdict[768]; /* one line: whether all is well, and if not, what to do */
};

/**
 * view_open() - load the page and judge it
 *
 * Context: says with ctl_refuse() why there is nothing to look at.
 * Return:  EXIT_CODE_OK with @ret_view filled; EXIT_CODE_UNREACHABLE without a page to show;
 *          EXIT_CODE_FAILURE for one that cannot be used.
 */
enum exit_code view_open(const struct ctl *ctl, struct view *ret_view);

/* {"alive","supervisor_silent","well","verdict"}: what --json answers from the page begins with it. */
struct json_object *view_to_json(const struct view *view);

/* Nobody is behind the page: what it shows was so once. */
bool view_is_stale(const struct view *view);

void view_done(struct view *view);

/* A source that may be used, or the signals from within the kernel (verdict.c). */
bool view_has_failed_source(const struct view *view);

/* Sets view->code and view->verdict from the rest (verdict.c). */
void verdict_find(struct view *view);
