/*
 * From a filled slot to an armed group, and the upkeep afterwards: a handler that was restarted gets
 * everything again, a used-up pool of one-shot descriptors is filled.
 */
#pragma once

#include "supervisor/publish.h"

/**
 * serve_advance() - do as many steps as go without waiting
 *
 * Errors:  of the step that failed; it is tried again with the next call.
 */
int serve_advance(struct publisher *publisher, struct publication *publication);
