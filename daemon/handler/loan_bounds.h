/*
 * What may be lent at all, whatever a policy allows: all loans of the host together stay below a cap,
 * and no loan may take the host below a floor of available memory; else a control group that runs out
 * is turned into a machine that does.
 */
#pragma once

#include "handler/handler.h"

/* Bytes of @amount, a percentage being one of @found. */
struct bytes loan_amount(struct amount amount, struct bytes found);

/**
 * loan_found() - the limit that is owed once all loans are taken back
 * @lent:  the ledger's entry of the limit
 * @limit: as it reads now
 *
 * A limit above what was found and up to what was set is ours, partly taken back perhaps. Any other was
 * set by somebody else meanwhile: theirs is the last word, and the next loan begins there.
 */
struct bytes loan_found(const struct ledger_cell *lent, struct bytes limit);

/**
 * loan_allowed() - would the host stand a loan that raises the limit of @slot to @limit?
 *
 * A raise by one page at most is a wake-up, not a loan: always allowed.
 *
 * Units:   a loan counts in full until all of it has been taken back.
 * Context: loop; one pread, one look at the ledger's entry of each slot.
 * Errors:  -ENOBUFS when all loans would exceed the host's cap, or that is not published yet; -ENOMEM
 *          when too little memory would be left available, or what is available was not read lately.
 *          Not -EDQUOT: that is the policy's own bound. Else as gauge_read(), -ESRCH without
 *          descriptors.
 */
int loan_allowed(const struct handler *handler, uint32_t slot, struct bytes limit);

/* Memory was lent at handler->now: the next reading of what is available is the first to show it. */
void loan_note(struct handler *handler, struct bytes more);
