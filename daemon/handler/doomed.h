/*
 * Who was signalled by the step that kills a group, for as long as he holds memory. A list of members does
 * not say that to the end: an exiting process has no memory in it any more while the kernel still tears
 * the largest down (exit_mm() before exit_mmap(), kernel/exit.c), and one of several threads stands in no
 * list at all. Orders name him nevertheless (orders.h).
 *
 * There is one table, and one episode has it: others do with the lists alone until it is free.
 */
#pragma once

#include <stdint.h>

#include "handler/orders.h"

struct episode;

/* A round of @episode begins: it takes the table, unless another has it that is at it. */
void doomed_begin(const struct handler *handler, const struct episode *episode);

/* @order was signalled. With a full table, or one of another, he is not waited for. */
void doomed_note(const struct episode *episode, struct order order);

/**
 * doomed_left() - how many of them are still there?
 *
 * Context: loop; one run of a program, if there is anybody to look for. Forgets the list of orders.
 * Return:  those who may be; 0 where no program can tell.
 */
uint32_t doomed_left(struct handler *handler, const struct episode *episode);
