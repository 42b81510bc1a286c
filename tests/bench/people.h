/*
 * The people of a group: small processes with memories of their own that sleep, while others measure who is
 * there or who goes. They die with the case, and by themselves after an hour.
 */
#pragma once

#include "cgroup/cg.h"

#define PEOPLE_MOST 1000
#define PEOPLE_KIB 128 /* what each costs its group at most, page tables included */

/* So many more in @cg; returns when all of them sleep. */
void people_join(const struct cg *cg, unsigned int count);

unsigned int people_count(void);

/* All go. Return: how many were gone before. */
unsigned int people_leave(void);
