/*
 * Members without a descriptor, for the one step that kills them nevertheless: those without facts, and
 * those that the kernel's own answer tells of while no order can be given (orders.h). Such a process is
 * opened by its number first, and signalled when a list read after that names the number still: then it is
 * the opened one that is a member, because while it lives nobody else can have its number.
 *
 * There is one table, and one episode has it: others do with seats alone until it is free.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define STRANGERS_MAX 256
#define STRANGERS_OPENED 128 /* at most, in one look */

enum stranger {
	STRANGER_SIGNALLED, /* now */
	STRANGER_DYING, /* signalled before, and named still */
	STRANGER_OPENED, /* to be signalled by the next look */
	STRANGER_WAITING, /* no room, no descriptor, or not ours to open */
	STRANGER_GONE,
};

struct handler;
struct episode;

/**
 * strangers_begin() - a look at @episode's members begins
 *
 * Takes the table, unless another episode has it that is in the middle of such a step itself.
 */
void strangers_begin(struct handler *handler, const struct episode *episode);

/**
 * strangers_meet() - a list that was read in this look names @pid, and there is no seat of it
 *
 * Context: loop; at most one pidfd_open or one signal.
 */
enum stranger strangers_meet(struct handler *handler, const struct episode *episode, uint32_t pid);

/**
 * strangers_end() - the look is over
 * @complete: it named every member: whom it did not name has gone, or has a seat now
 */
void strangers_end(struct handler *handler, const struct episode *episode, bool complete);

/* The step is over. Without this the next step of its kind gives the descriptors back. */
void strangers_release(struct handler *handler, const struct episode *episode);
