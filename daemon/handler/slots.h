/*
 * What to do about each group between its episodes: follow the roster, arm and disarm, look at levels,
 * notice who changed a knob behind our back.
 */
#pragma once

#include "handler/handler.h"

/* Everything about every slot: once a second, after news from the supervisor, and at an episode's end. */
void slots_sweep(struct handler *handler);

/* Slots an event or a timer asks for. Return: when the next timed business is due. */
struct nsec slots_run(struct handler *handler);

/* An eventfd of the pool has fired: look at the groups registered on it. */
void slots_event(struct handler *handler, uint32_t event);

/**
 * slots_abandon() - the guardian is dead: give every group back to the kernel's killer
 *
 * Context: the loop's last act; takes a little over a second, because one write can be lost.
 */
void slots_abandon(struct handler *handler);
