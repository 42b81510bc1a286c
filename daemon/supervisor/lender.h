/*
 * The lender: a thread that takes back what a raise-limit step lent, in small steps, so that no write of
 * a limit ever reclaims for long. It may block, and it may be killed with the supervisor at any point:
 * the ledger still says what is lent.
 *
 * What has been taken back in full goes to the main loop by loan_queue.h.
 *
 * The handler has the right of way: it raises ledger.hands_off before it raises a limit, and a lender
 * that finds it changed starts over with the new loan.
 */
#pragma once

#include "base/units.h"
#include "shared/inherit.h"
#include "supervisor/groups.h"

/**
 * lender_start() - start the thread
 * @tables: borrowed for the program's life; the ledger is only read
 * @groups: borrowed for the program's life
 * @step:   a limit is lowered by at most this much in one write
 *
 * Context: main loop, once.
 * Errors:  the negative errno of pthread_create, -EALREADY the second time.
 */
int lender_start(const struct tables *tables, struct groups *groups, struct bytes step);

/* A new value of @step, from the next write on. Main loop. */
void lender_set_step(struct bytes step);
