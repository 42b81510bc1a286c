/*
 * The tiers below the first, in the order of ranking.h: what puts one of two candidates that may be chosen
 * before the other.
 */
#pragma once

#include "ranking/ranking.h"

/**
 * tiers_compare() - tiers 2 to 8
 *
 * Return:  as ranking_compare(). @ret_tier: what decided.
 */
int tiers_compare(const struct candidate *left, const struct candidate *right,
		  const struct ranking_question *question, enum outcome_tier *ret_tier);

/* Tier 2: was @candidate signalled before in this episode? */
bool tiers_tried(const struct candidate *candidate, const struct ranking_question *question);
