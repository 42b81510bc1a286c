/*
 * The bus: a socket of our own in the runtime directory, spoken to by oomhandlerctl. Looking is for
 * everyone, changing for root (shared/bus.h).
 *
 * Context: main loop.
 */
#pragma once

#include "supervisor/connection.h"

#define BUS_CONNECTIONS 16
#define BUS_STRANGERS 12 /* of them; the others are root's, who must always get through */

struct bus {
	struct supervisor *supervisor; /* borrowed for the program's life */
	int listener; /* open for the program's life */
	struct connection connections[BUS_CONNECTIONS];
};

/**
 * bus_open() - listen; a socket that a former supervisor left is replaced
 *
 * The guardian holds the runtime directory, so there is nobody else who could be listening there.
 *
 * Errors:  of making and binding the socket. Without it the daemon works, and cannot be asked.
 */
int bus_open(struct bus *bus, struct supervisor *supervisor);
