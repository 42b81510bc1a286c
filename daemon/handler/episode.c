/* See episode.h. */
#include "handler/episode.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/hold.h"
#include "handler/action.h"
#include "handler/decision.h"
#include "handler/last_resort.h"
#include "handler/level.h"
#include "handler/mark.h"
#include "handler/record.h"
#include "handler/settle.h"
#include "handler/slot.h"
#include "handler/step.h"

#define EPISODE_FACTS_MSEC 20 /* how long a decision waits for fresh facts */
/* ... and how much longer where most of the memory is with processes that nobody has met yet. */
#define EPISODE_PATIENCE_MSEC 180
#define EPISODE_WATCH_MSEC 1000

static struct episode *find_free(struct handler *handler)
{
	for (int i = 0; i < EPISODE_POOL; i++)
		if (handler->episodes[i].phase == EPISODE_FREE)
			return &handler->episodes[i];
	return NULL;
}

void episode_ask(struct handler *handler, struct episode *episode)
{
	episode->phase = EPISODE_SNAPSHOT;
	episode->asked = handler->now;
	episode->due = handler->now;
	/* Dry run: the kernel is killing already, and fresh facts would not show its victim any more. */
	if (episode->policy.mode == POLICY_DRY_RUN)
		return;
	episode->due = nsec_after(handler->now, nsec_from_msec(EPISODE_FACTS_MSEC));
	snapshot_request(handler, episode->slot);
}

/* The policy, or a negative errno. Without its rules nobody may be chosen: the steps that need none go on. */
static int policy_take(const struct handler *handler, struct episode *episode)
{
	const struct roster *roster = handler->tables.roster;
	uint32_t index = handler->slots[episode->slot].roster.policy;
	int ret = roster_read_policy(roster, index, &episode->policy);

	if (ret < 0)
		return ret;
	ret = roster_read_rules(roster, index, episode->policy.version, &episode->rules);
	episode->blind = ret < 0;
	if (episode->blind)
		episode->rules.count = 0;
	return 0;
}

int episode_begin(struct handler *handler, uint32_t number, enum episode_cause cause)
{
	struct slot *slot = &handler->slots[number];
	struct episode *episode = find_free(handler);
	struct gauges gauges;
	int ret;

	if (!episode)
		return -EAGAIN;
	ret = level_gauges(handler, number, &gauges);
	if (ret < 0)
		return ret;
	HOLD(HOLD_EPISODE_BEGIN);
	memset(episode, 0, sizeof(*episode)); /* FREE until all that can fail has not */
	episode->slot = number;
	episode->freezer_fd = -1;
	ret = policy_take(handler, episode);
	if (ret < 0)
		return ret;
	episode->trigger = handler->now;
	episode->deadline = nsec_after(handler->now, episode->policy.deadline);
	episode->kills_at_trigger = level_kills(handler, number);
	episode->refused_last = level_refused(&gauges);
	episode->refused_since = handler->now;
	slot->episode = episode;
	record_trigger(handler, episode, &gauges, cause);
	atomic_fetch_add(&handler->tables.outcomes->board[number].episodes, 1);
	episode_ask(handler, episode);
	return 0;
}

static void victim_leave(struct handler *handler, struct episode *episode)
{
	if (episode->victim.waiting && episode->outcome.victims)
		record_victim_end(handler, episode,
				  victim_exited(handler, &episode->victim)
					  ? OUTCOME_VICTIM_EXITED
					  : OUTCOME_VICTIM_WAITING);
	victim_release(handler, &episode->victim);
}

void episode_close(struct handler *handler, struct episode *episode, enum outcome_kind kind)
{
	struct slot *slot = &handler->slots[episode->slot];

	action_thaw(handler, episode->slot);
	victim_leave(handler, episode);
	if (episode->mark)
		mark_remove(handler, episode->mark);
	if (!episode->reported)
		record_send(handler, episode, kind);
	/* The thaw was refused, or the guardian's by now: what is left is in the ledger. */
	if (episode->freezer_fd >= 0)
		adopt_spend(&handler->adopt, episode->freezer_fd);
	slot->episode = NULL;
	slot->foreign = false;
	episode->phase = EPISODE_FREE;
	if (slot->state == BOARD_EPISODE)
		slot_set_state(handler, episode->slot, BOARD_ARMED);
	slot_note_calm(handler, episode->slot);
	/* What was refused while they slept is no failure of its own. */
	slot->alloc.met = false;
	slot->alloc.looks = 0;
	/* Levels hidden behind this one show now. */
	handler->next_sweep = handler->now;
}

/* Hundreds that were born a moment ago take the sampler longer; the alternative is the kernel's choice. */
static bool is_patient(struct handler *handler, struct episode *episode)
{
	if (episode->patient || snapshot_is_fresh(handler, episode->slot, episode->asked) ||
	    !decision_is_blind(handler, episode))
		return false;
	episode->patient = true;
	episode->due = nsec_after(handler->now, nsec_from_msec(EPISODE_PATIENCE_MSEC));
	return true;
}

static void dry_run(struct handler *handler, struct episode *episode)
{
	record_would(handler, episode, decision_take(handler, episode)->first);
	episode->phase = EPISODE_WATCH;
	episode->due = nsec_after(handler->now, nsec_from_msec(EPISODE_WATCH_MSEC));
}

void episode_tick(struct handler *handler, struct episode *episode)
{
	switch ((enum episode_phase)episode->phase) {
	case EPISODE_FREE:
		break;
	case EPISODE_SNAPSHOT:
		if (episode->policy.mode == POLICY_DRY_RUN) {
			dry_run(handler, episode);
			break;
		}
		if (is_patient(handler, episode))
			break;
		episode->phase = EPISODE_STEP;
		step_tick(handler, episode);
		break;
	case EPISODE_STEP:
		step_tick(handler, episode);
		break;
	case EPISODE_LAST_RESORT:
		last_resort_tick(handler, episode);
		break;
	case EPISODE_WATCH:
		episode_close(handler, episode, OUTCOME_DRY_RUN);
		break;
	case EPISODE_SETTLE:
		settle_tick(handler, episode);
		break;
	}
}
