/*
 * The record of an episode while it grows, and its way into the outcome ring. Times in it are relative to
 * the trigger. A full ring drops the record and counts it: reporting never delays an OOM.
 */
#pragma once

#include "handler/handler.h"

struct ranking;
struct candidate;
struct gauges;

/* The trigger: numbers of the group whose limit was hit. */
void record_trigger(struct handler *handler, struct episode *episode, const struct gauges *gauges,
		    enum episode_cause cause);

/* A source that failed belongs to the record at whichever look it did; the first is kept. */
void record_source_failure(struct episode *episode, const struct snapshot *snapshot);

/*
 * The first ranking; later ones, after a victim died, do not replace it. Who sleeps is taken from the
 * first that tells of somebody.
 */
void record_decision(struct handler *handler, struct episode *episode,
		     const struct ranking *ranking);

/* How a victim was told. */
struct record_signal {
	int number; /* 0: marked for the kernel's killer */
	int error; /* 0 or a negative errno */
	enum kill_method method;
};

/* The end is filled in by record_victim_end(), which speaks of the latest. */
void record_victim(struct episode *episode, const struct outcome_candidate *who,
		   struct record_signal signal);
void record_victim_end(const struct handler *handler, struct episode *episode,
		       enum outcome_victim_end end);

/* The step whose turn it is has begun; the others speak of the latest that has. */
void record_step_begin(const struct handler *handler, struct episode *episode);
void record_step_amount(struct episode *episode, struct bytes amount);
void record_step_count(struct episode *episode, uint32_t count);
void record_step_error(struct episode *episode, int error);
void record_step_end(const struct handler *handler, struct episode *episode,
		     enum outcome_step_result result);

/* Dry run: the first step, and @first as its victim if that would be one. @first may be NULL. */
void record_would(const struct handler *handler, struct episode *episode,
		  const struct candidate *first);

/* Completes the record and puts it into the ring; the supervisor is woken. */
void record_send(struct handler *handler, struct episode *episode, enum outcome_kind kind);
