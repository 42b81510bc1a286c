/*
 * One client of the bus. Whoever may look may also be hostile: a client has few seconds, few messages and
 * few bytes, and is closed with what is over. It is served behind everything else the main loop has to do.
 *
 * Context: main loop.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#define CONNECTION_IDLE_MSEC 5000 /* without a whole message */
#define CONNECTION_MESSAGES 64 /* then it has to connect again */
#define CONNECTION_BYTES 65536 /* of one message; a path has 4096, escaped four times that */
#define CONNECTION_WRITES 4 /* answers it has not fetched yet */

struct supervisor;
struct explain;

struct connection {
	struct supervisor *supervisor; /* borrowed; NULL: this place is free */
	uid_t uid; /* of whoever connected */
	sd_bus *bus;
	sd_event_source *io;
	sd_event_source *idle;
	sd_event_source *again; /* there is more to do than one turn allows */
	size_t unfinished; /* bytes since the last whole message */
	unsigned int messages;
	struct explain *explain; /* under way, NULL: none */
	sd_bus_message *asked; /* ... and the question */
};

/**
 * connection_open() - serve the client behind @fd
 * @place: free; taken until the connection is over
 * @fd:    taken over, also on failure
 *
 * Errors:  of sd-bus and sd-event; the place is free again then.
 */
int connection_open(struct connection *place, struct supervisor *supervisor, int fd, uid_t uid);

/* Ends it; a free place is left as it is. */
void connection_close(struct connection *connection);

/* Something was put into its queue outside of a turn of its own: waits for the socket to take it. */
void connection_flush(struct connection *connection);

/* What can be asked, with a struct connection as user data (bus_methods.c). */
extern const sd_bus_vtable bus_methods[];
