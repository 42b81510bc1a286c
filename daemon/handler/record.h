/*
 * The record of an episode while it grows, and its way into the outcome ring. Times in it are relative to
 * the trigger. A full ring drops the record and counts it: reporting never delays an OOM.
 */
#pragma once

#include "handler/handler.h"

struct ranking;
struct gauges;

/* The trigger: numbers of the group whose limit was hit. @by_event: else the sweep found it. */
void record_trigger(struct handler *handler, struct episode *episode, const struct gauges *gauges,
		    bool by_event);

/* The first ranking; later ones, after a victim died, do not replace it. */
void record_decision(struct handler *handler, struct episode *episode,
		     const struct ranking *ranking);

/* @error: 0 or a negative errno of the signal. The end is filled in by record_victim_end(). */
void record_victim(struct episode *episode, const struct outcome_candidate *who, int error);
void record_victim_end(const struct handler *handler, struct episode *episode,
		       enum outcome_victim_end end);

void record_step_begin(const struct handler *handler, struct episode *episode);
void record_step_amount(struct episode *episode, struct bytes amount);
void record_step_error(struct episode *episode, int error);
void record_step_end(const struct handler *handler, struct episode *episode,
		     enum outcome_step_result result);

/* Dry run: the first step, and @first as its victim if that would be one. @first may be NULL. */
void record_would(const struct handler *handler, struct episode *episode,
		  const struct candidate *first);

/* Completes the record and puts it into the ring; the supervisor is woken. */
void record_send(struct handler *handler, struct episode *episode, enum outcome_kind kind);
