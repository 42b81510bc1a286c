/*
 * Our programs in the kernel on their way to the handler: which parts are wanted, the descriptors of those
 * the handler runs, and a pool of one-shot descriptors that is filled again as it is used up.
 *
 * Context: main loop.
 */
#pragma once

#include "settings/config.h"
#include "shared/inherit.h"

/* Loads what @config wants. Once, before there are threads. */
void programs_load(const struct config *config);

/**
 * programs_advance() - send what the handler that serves now has not got
 *
 * A handler that is behind is tried again at the next call.
 */
void programs_advance(const struct tables *tables);
