/*
 * Recorded episodes as people read them: one line for lists, the whole story for `show` and `drill`.
 * An episode is an element of the page's "recent" list.
 */
#pragma once

#include <stdio.h>

struct json_object;

/* One line: when, where, what happened, to whom, how fast. */
void episode_print_line(const struct json_object *episode, FILE *out);

/* Limit, candidates and why each stands where it stands, steps, victims, end. */
void episode_print_story(const struct json_object *episode, FILE *out);
