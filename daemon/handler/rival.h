/*
 * Whom the kernel's killer would take: a mark makes our choice the worst of all in its eyes, unless
 * somebody was made as bad by other hands.
 */
#pragma once

#include "handler/snapshot.h"
#include "ranking/ranking.h"

/**
 * rival_outranks() - would the kernel rather kill somebody else than @choice with oom_score_adj 1000?
 * @question: by which @snapshot was ranked
 *
 * Source: oom_badness(), oom_evaluate_task(), mm/oom_kill.c, 6.18: an adj of 1000 is worth all pages of
 *         the limit, and of two that are as bad one is taken, in an order we do not know.
 */
bool rival_outranks(const struct snapshot *snapshot, const struct candidate *choice,
		    const struct ranking_question *question);
