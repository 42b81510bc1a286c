/*
 * Loans that were taken back in full, on their way from the lender's thread to the main loop, which notes
 * them in the roster; the handler then strikes them from the ledger.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct returned_loan {
	uint32_t slot;
	uint32_t loan; /* number in the ledger */
};

/* Wakes the main loop. Return: false when the queue is full: to be put again later. Any thread. */
bool loan_queue_put(struct returned_loan loan);

/* Return: false when there is none; the output is then untouched. Any thread. */
bool loan_queue_take(struct returned_loan *ret_loan);
