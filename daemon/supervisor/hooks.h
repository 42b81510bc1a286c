/*
 * Runs the `hook` steps of episodes: the handler says on its board that it wants one, whoever listens on the
 * policy's socket is told, and the roster says when that has ended. Everything is asynchronous: neither
 * the handler nor the main loop waits for a stranger, and the step's timeout bounds him.
 *
 * A number on the board that was there before we saw the slot's tenant is not ours to run: it is a former
 * tenant's, or its runner was a former supervisor, who may have told it already.
 *
 * Context: main loop.
 */
#pragma once

#include <systemd/sd-event.h>

#include "shared/roster.h"
#include "supervisor/hook_talk.h"

#define HOOKS_AT_ONCE 32 /* the others wait their turn, within their own time */

struct supervisor;

struct hook {
	struct hooks *hooks; /* NULL: this place is free */
	uint32_t slot;
	uint32_t generation; /* of the slot */
	uint32_t number; /* board.hook_wanted that is being run */
	struct policy_step step;
	struct nsec end; /* the step's timeout */
	int socket; /* -1: not connected yet */
	sd_event_source *io;
	sd_event_source *timer;
	char line[HOOK_LINE_SIZE];
	char answer[HOOK_ANSWER_SIZE];
	size_t answered; /* bytes of it */
};

struct hooks {
	struct supervisor *supervisor; /* borrowed for the program's life */
	uint32_t seen[ROSTER_SLOTS]; /* generation of the tenant we know, 0: none */
	struct hook list[HOOKS_AT_ONCE];
};

void hooks_init(struct hooks *hooks, struct supervisor *supervisor);

/* Begins what the board wants, drops what nobody waits for any more. */
void hooks_follow(struct hooks *hooks);
