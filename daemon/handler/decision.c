/* See decision.h. */
#include "handler/decision.h"

#include "base/hold.h"
#include "handler/record.h"

/*
 * The sampler did not answer, and members it never saw must be holding most of the memory: to choose one
 * of those we know would be to choose a bystander. The kernel's killer sees all of them.
 */
static bool mostly_unknown(const struct episode *episode, const struct ranking *ranking)
{
	return ranking->unknown > 0 && ranking->known.count < episode->outcome.usage / 2;
}

struct ranking_question decision_question(const struct handler *handler,
					  const struct episode *episode)
{
	const struct outcome *outcome = &episode->outcome;

	return (struct ranking_question){
		.order = episode->policy.order,
		.unit = episode->policy.unit,
		.spare_adj = episode->policy.spare_adj && !episode->unsparing,
		.unit_inode = episode->unit_inode,
		.tried = { .pids = episode->tried, .count = episode->tried_count },
		.limit = { .count = outcome->memsw ? outcome->memsw_limit : outcome->limit },
		.page = { .count = handler->page_bytes },
	};
}

static void look(struct handler *handler, const struct episode *episode)
{
	const struct snapshot_question members = { .slot = episode->slot,
						   .unit = episode->policy.unit,
						   /* The kernel is killing already. */
						   .before = episode->policy.mode == POLICY_DRY_RUN,
						   .rules = &episode->rules };

	if (handler->snapshot.kept != episode)
		snapshot_take(handler, &members);
	handler->snapshot.kept = NULL;
}

/* Return: handler->ranking. */
static struct ranking *rank(struct handler *handler, const struct episode *episode)
{
	const struct ranking_question question = decision_question(handler, episode);

	look(handler, episode);
	ranking_make(handler->snapshot.list, handler->snapshot.count, &question, &handler->ranking);
	return &handler->ranking;
}

bool decision_is_blind(struct handler *handler, const struct episode *episode)
{
	return mostly_unknown(episode, rank(handler, episode));
}

bool decision_is_late(struct handler *handler, const struct episode *episode)
{
	const struct snapshot *snapshot = &handler->snapshot;

	look(handler, episode);
	if (snapshot->error && snapshot->source == SOURCE_FACTS &&
	    !snapshot_is_fresh(handler, episode->slot, episode->asked))
		return true;
	handler->snapshot.kept = episode;
	return false;
}

const struct ranking *decision_take(struct handler *handler, struct episode *episode)
{
	struct ranking *ranking = rank(handler, episode);

	if (episode->blind || mostly_unknown(episode, ranking))
		ranking->first = NULL;
	else if (ranking->first && !episode->unit_inode)
		episode->unit_inode = ranking->first->unit_inode;
	HOLD(HOLD_SNAPSHOT_DONE);
	record_decision(handler, episode, ranking);
	return ranking;
}
