/* See rival.h. */
#include "handler/rival.h"

#define ADJ_NEVER (-1000) /* OOM_SCORE_ADJ_MIN, include/uapi/linux/oom.h */
#define ADJ_MARKED 1000 /* OOM_SCORE_ADJ_MAX */

static bool is_killable(const struct candidate *candidate)
{
	return !(candidate->who.flags & (FACT_KERNEL_THREAD | FACT_DYING)) &&
	       candidate->who.pid != 1 && candidate->who.oom_score_adj != ADJ_NEVER &&
	       !candidate->unknown;
}

static bool shares_with(const struct candidate *candidate, const struct candidate *choice)
{
	return candidate->who.pid == choice->who.pid || candidate->stands_for == choice->who.pid;
}

/* As the kernel will find it once the mark is on. */
static int64_t marked_badness(const struct candidate *choice,
			      const struct ranking_question *question)
{
	int64_t pages = (int64_t)(question->limit.count / question->page.count);

	return choice->who.badness +
	       (ADJ_MARKED - choice->who.oom_score_adj) * (pages / ADJ_MARKED);
}

bool rival_outranks(const struct snapshot *snapshot, const struct candidate *choice,
		    const struct ranking_question *question)
{
	int64_t marked = marked_badness(choice, question);

	for (uint32_t i = 0; i < snapshot->count; i++) {
		const struct candidate *candidate = &snapshot->list[i];

		if (is_killable(candidate) && !shares_with(candidate, choice) &&
		    candidate->who.badness >= marked)
			return true;
	}
	return false;
}
