/*
 * What is owed besides the switch, once that is confirmed: limits that were raised and not put back, and
 * marks on processes. Lowering a limit below usage reclaims and can take long, so the guardian leaves it
 * to a child that may be lost. Every value is put back only where it still reads as we left it: what the
 * operator changed meanwhile stays.
 */
#pragma once

#include <sys/types.h>

#include "guardian/held.h"

/* Whether the ledger has anything for debts_start() to do. */
bool debts_exist(const struct held *held, const struct ledger *ledger);

struct debts_order {
	struct held *held;
	const struct tables *tables;
	int lock; /* of the runtime directory: the child must not keep it */
};

/**
 * debts_start() - settle everything in a forked child
 *
 * It lets go of all locks first, puts back marks and limits, and marks their cells LEDGER_CLEAR; a cell
 * that is still LEDGER_CHANGED after its end could not be settled. It dies with the guardian.
 *
 * Errors:  the negative errno of fork.
 * Return:  its pid.
 */
int debts_start(const struct debts_order *order, pid_t *ret_pid);
