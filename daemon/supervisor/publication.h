/*
 * One publication: how it begins, what is written of it into the roster, and its messages. See
 * publish.h for the picture.
 */
#pragma once

#include "supervisor/descriptors.h"
#include "supervisor/publish.h"

/**
 * publication_begin() - lock the group, find its originals, fill a slot
 * @node: planned, and not published; keeps a slot it is parked in
 *
 * A refusal is noted in the plan of @node; of a relative, that there was no room for it. What it has
 * inherited is set to 0 even so.
 *
 * Errors:  -ENOENT or -ENODEV when the group is gone; else what stood in the way.
 */
int publication_begin(struct publisher *publisher, struct node *node);

/* As the former supervisor left it; @node is NULL when the group is gone. */
void publication_recover(struct publisher *publisher, uint32_t slot, struct node *node);

/* Makes the roster say what the publication does. */
void publication_write(const struct publisher *publisher, const struct publication *publication);

/* The directory of the group; the caller closes. Errors: as tree_open(). */
int publication_open(const struct publisher *publisher, const struct publication *publication);

/**
 * publication_send() - open what @use asks for and send it
 * @directory: of the group
 *
 * Errors:  -EAGAIN when the receiver is behind; else of opening.
 */
int publication_send(const struct publisher *publisher, const struct publication *publication,
		     enum descriptors_use use, int directory);

/**
 * publication_send_freezer() - freezer.state of the group, for one receiver
 * @directory: of its freezer group, -1: the group may not be frozen any more
 *
 * Errors:  as publication_send().
 */
int publication_send_freezer(const struct publisher *publisher,
			     const struct publication *publication, int socket, int directory);

/* Tells a receiver to close what it has. Errors: as wire_send(). */
int publication_send_gone(const struct publisher *publisher, const struct publication *publication,
			  int socket);

/* Whether the receiver has said in its table that it holds the group. */
bool publication_guardian_holds(const struct publisher *publisher,
				const struct publication *publication);
bool publication_handler_holds(const struct publisher *publisher,
			       const struct publication *publication);

/* The generation of the handler that serves now; 0: none does. */
uint32_t publication_handler(const struct publisher *publisher);

/* The path for people, escaped; "a removed group" when it has none. */
const char *publication_label(const struct publication *publication,
			      char label[static GROUP_LABEL_SIZE]);
