/*
 * What a drill has seen, from drill.c, which makes it happen, to drill_story.c, which judges and tells.
 */
#pragma once

#include <stdbool.h>

#include "ctl/drill_group.h"
#include "ctl/drill_instance.h"
#include "ctl/page.h"

struct drill {
	struct drill_group group;
	struct drill_instance instance;
	struct page page; /* the one with the record; owner: this struct; root NULL before */
	const struct json_object *episode; /* borrowed from page; NULL before */
	struct oom_level before; /* when the group was armed, before the hog grew */
	struct oom_level after; /* after the second instance has stopped */
	struct nsec armed_after; /* since the instance was started */
	bool alive[DRILL_ROLE_COUNT]; /* when the record was there */
	bool stopped_in_order; /* the instance exited 0 on SIGTERM */
	bool complete; /* all of the above was reached */
	char failure[384]; /* why not, "" when complete */
};

/* The hog alone died, by the daemon's hand, and all is as before. Only of a complete drill. */
bool drill_story_passes(const struct drill *drill);

/* The story and what it proves, for people; of an incomplete drill what failed. */
void drill_story_print(const struct drill *drill);

/* The same as one JSON object. */
void drill_story_print_json(const struct drill *drill);
