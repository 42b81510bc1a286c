/*
 * A mark makes the kernel's killer choose as the policy would: the oom_score_adj of our choice is set to
 * 1000 through a descriptor opened beforehand. Every mark stands in the ledger until it is taken off.
 */
#pragma once

#include "handler/handler.h"

struct candidate;

/* Is its descriptor there? */
bool mark_is_possible(const struct handler *handler, const struct candidate *candidate);

/**
 * mark_put() - mark @candidate
 *
 * Errors:  -ESRCH without its descriptor, -ENFILE when all marks are in use, else the kernel's.
 * Return:  the mark's number, at least 1.
 */
int mark_put(struct handler *handler, const struct candidate *candidate);

/* Takes the mark off again; a process that is gone needs nothing. @candidate's seat may be gone too. */
void mark_remove(struct handler *handler, uint32_t mark);
