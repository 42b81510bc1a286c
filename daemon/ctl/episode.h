/*
 * Recorded episodes as people read them: one line for lists, the story for `show` and `drill`, and with
 * everything that is in the record for `record`. An episode is an object of record_shape.h.
 */
#pragma once

#include <stdio.h>

struct json_object;

/* One line: when, where, what happened, to whom, how fast. */
void episode_print_line(const struct json_object *episode, FILE *out);

/* Limit, candidates and why each stands where it stands, steps, victims, end. */
void episode_print_story(const struct json_object *episode, FILE *out);

/* As the story, with all counters, memory.stat and all that is known of each process. */
void episode_print_record(const struct json_object *episode, FILE *out);
