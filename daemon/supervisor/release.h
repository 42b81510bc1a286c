/*
 * From a published group back to one we have nothing to do with: as it was found, nothing lent, no
 * attribute, no lock, no descriptor anywhere. A removed group has only the descriptors left.
 */
#pragma once

#include "supervisor/publish.h"

/* Stops serving. Safe to call again. */
void release_begin(const struct publisher *publisher, struct publication *publication);

/**
 * release_advance() - do as many steps as go without waiting
 *
 * At the end the publication is parked or its slot is free.
 *
 * Errors:  of the step that failed; it is tried again with the next call.
 */
int release_advance(struct publisher *publisher, struct publication *publication);
