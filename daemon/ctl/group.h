/*
 * A group on the status page by the name an operator types: as the page has it (escaped), else as it is,
 * below the hierarchy's root or with the mount point in front.
 */
#pragma once

#include "ctl/page.h"

/* The group's object, borrowed from @page; NULL when it is not there. */
struct json_object *group_find(const struct page *page, const char *argument);

/* @argument printable. A failed allocation ends the program. Owner: the caller. */
char *group_label(const char *argument);
