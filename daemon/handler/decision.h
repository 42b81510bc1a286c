/*
 * A decision: a fresh look at who lives in the group, the order of the policy, and the first of them all
 * kept for the record.
 */
#pragma once

#include "handler/handler.h"
#include "handler/policy.h"

/**
 * decision_take() - who goes first now? Nobody, where most of the memory is with members without facts.
 * @ret_ranking: its first candidate is borrowed from handler->snapshot until the next decision
 *
 * Context: loop.
 */
void decision_take(struct handler *handler, struct episode *episode, struct ranking *ret_ranking);
