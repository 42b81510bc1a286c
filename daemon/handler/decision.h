/*
 * A decision: a fresh look at who lives in the group, what the policy's rules say of each, the order, and
 * the first of them all kept for the record.
 */
#pragma once

#include "handler/handler.h"

/**
 * decision_take() - who goes first now? Nobody, where most of the memory is with members without facts.
 *
 * Context: loop; reads the roster, takes a snapshot, no allocation.
 * Return:  handler->ranking, its first candidate being in handler->snapshot; both hold until the next
 *          decision, whichever episode takes it: not across a turn of the loop.
 */
const struct ranking *decision_take(struct handler *handler, struct episode *episode);

/* Is most of the memory with members without facts? Then decision_take() would choose nobody. */
bool decision_is_blind(struct handler *handler, const struct episode *episode);

/**
 * decision_is_late() - would it be made from facts older than the question, because a better source failed?
 *
 * Nobody has waited for the facts then, because that source needs no waiting. If not, the snapshot is kept:
 * the next decision of @episode takes it as it is. Who is done without one drops it.
 *
 * Context: as decision_take().
 */
bool decision_is_late(struct handler *handler, const struct episode *episode);

/* What @episode's order depends on, for who has to ask about more than the first of it. */
struct ranking_question decision_question(const struct handler *handler,
					  const struct episode *episode);
