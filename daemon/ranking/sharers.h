/*
 * Processes that share their memory (CLONE_VM, vfork): killing one frees nothing until all are gone, so
 * they are one candidate. Which one stands for all, and what the others' reasons mean for it.
 */
#pragma once

#include "ranking/ranking.h"

/**
 * sharers_settle() - find the memories of @list and let one process stand for each
 * @list: who.tier is what ranking_prepare() knows of each alone; set for all of a memory when one of them
 *        must not be killed. Sets stands_for and who.sharers.
 *
 * Context: O(@count × log RANKING_SHARERS) and one move of the table per memory.
 * Return:  memory of all of @list, each counted once.
 */
struct bytes sharers_settle(struct candidate *list, uint32_t count);
