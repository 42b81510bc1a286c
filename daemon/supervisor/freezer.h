/*
 * The freezer of a published group: offered to guardian and handler when the scout says that nobody else
 * lives there, taken back when that is over. Frozen is only what can be thawed by whoever is left:
 *
 *     handler      ledger: about to freeze (a new number), wakes us
 *     supervisor   both attributes, then the number into roster.freezes: go on
 *     handler      FROZEN ... THAWED, ledger clear
 *     supervisor   attributes without it
 *
 * While the ledger names the freezer no message about it is sent, and the number is only answered when
 * the receivers have taken in all that was sent before: so what is thawed is what was frozen.
 */
#pragma once

#include "supervisor/publish.h"

/**
 * freezer_advance() - the next step of a served group that is to be armed
 *
 * Context: main loop; the handler holds the group.
 * Errors:  of sending, of opening, of writing the attributes; the next call tries again.
 */
int freezer_advance(struct publisher *publisher, struct publication *publication);

/* Does the ledger say that the group is frozen by us, or about to be? */
bool freezer_is_out(const struct publisher *publisher, const struct publication *publication);

/**
 * freezer_unmark() - the freeze is over: the attributes no longer speak of it
 *
 * Context: the ledger is clear.
 * Errors:  of opening and writing; the next call tries again. That the group is gone is none.
 */
int freezer_unmark(const struct publisher *publisher, struct publication *publication);

/* The publication ends: forgets what was offered. Whoever has it is told that the group is gone. */
void freezer_end(const struct publisher *publisher, struct publication *publication);
