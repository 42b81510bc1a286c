/*
 * How it stands with the sources of snapshots, and with the signals that are sent from within the kernel:
 * what failed once is left alone until the self-test has seen it work again, because an episode has no
 * time for what will not come.
 */
#pragma once

#include <stdbool.h>

#include "handler/handler.h"

/* The best source the configuration allows. */
enum source source_best(const struct handler *handler);

/* Worth trying now? Neither absent nor failed. */
bool source_is_usable(const struct source_board *board);

/**
 * source_note() - it was used or tried
 * @error: 0, or the negative errno of what went wrong
 */
void source_note(const struct handler *handler, struct source_board *board, int error);

/* Was the answer @error because the group of @slot has gone? Then its own files say so too. */
bool source_is_excused(const struct handler *handler, uint32_t slot, int error);

/**
 * source_test() - try what failed, and from time to time everything
 *
 * Context: sweep; one call of the roll for one managed group when it is due, else nothing.
 */
void source_test(struct handler *handler);
