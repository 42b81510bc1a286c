/*
 * How it stands with the sources of snapshots and the ways to kill: which are in use, and why not a better
 * one. Of a running daemon the handler's boards tell; the doctor makes it up from what could be loaded and
 * what the configuration allows.
 */
#pragma once

#include "shared/inherit.h"

struct source_seen {
	uint32_t state; /* enum source_state */
	uint32_t error; /* errno of the last failure, 0 */
};

struct source_standing {
	uint32_t best; /* enum source: Snapshot= */
	struct source_seen source[SOURCE_COUNT];
	struct source_seen kill; /* KILL_METHOD_BPF */
};

/* As the handler says it. */
struct source_standing source_standing_of(const struct tables *tables);

/* As it would be, by the parts that are loaded. @best: enum source */
struct source_standing source_standing_expected(uint32_t best);

/* The source an episode would begin with. */
enum source source_standing_source(const struct source_standing *standing);

/* How it would send its signals. */
enum kill_method source_standing_method(const struct source_standing *standing);

#define SOURCE_STANDING_SIZE 1024

/* "snapshot: bpf; kill: pidfd, not bpf: refused by ...". Return: @text, cut where it does not fit. */
char *source_standing_say(const struct source_standing *standing,
			  char text[static SOURCE_STANDING_SIZE]);
