/* See record.h. */
#include "handler/record.h"

#include <assert.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/io.h"
#include "handler/level.h"
#include "handler/pin.h"

/* memory.stat from this long before the trigger still tells of it. */
#define RECORD_MEMORY_MSEC 100

static uint64_t since_trigger(const struct episode *episode, struct nsec when)
{
	return nsec_between(episode->trigger, when).count;
}

/* The latest step. Before the first one: the entry it will be put into. */
static struct outcome_step *step_of(struct episode *episode)
{
	struct outcome *outcome = &episode->outcome;

	return &outcome->step[outcome->steps ? outcome->steps - 1 : 0];
}

void record_trigger(struct handler *handler, struct episode *episode, const struct gauges *gauges,
		    enum episode_cause cause)
{
	const struct slot *slot = &handler->slots[episode->slot];
	struct outcome *outcome = &episode->outcome;

	*outcome = (struct outcome){
		.handler_generation = handler->generation,
		.slot = episode->slot,
		.slot_generation = slot->roster.generation,
		.inode = slot->roster.inode,
		.limit_inode = slot->roster.inode,
		.policy_index = slot->roster.policy,
		.policy_version = episode->policy.version,
		.trigger_nsec = episode->trigger.count,
		.limit = gauges->limit,
		.usage = gauges->usage,
		.failcnt = gauges->failcnt > slot->failcnt ? gauges->failcnt - slot->failcnt : 0,
		.memsw = level_memsw_is_full(gauges),
		.by_sweep = cause != EPISODE_BY_EVENT,
		.by_alloc_failure = cause == EPISODE_BY_ALLOC_FAILURE,
		.failcnt_total = gauges->failcnt,
		.memsw_limit =
			limit_is_unlimited(gauges->memsw_limit) ? UINT64_MAX : gauges->memsw_limit,
		.memsw_usage = gauges->memsw_usage,
		.memsw_failcnt_total = gauges->memsw_failcnt,
		.order = episode->policy.order,
		.unit = episode->policy.unit,
	};
	static_assert(sizeof(outcome->policy) == sizeof(episode->policy.name), "same name");
	memcpy(outcome->policy, episode->policy.name, sizeof(outcome->policy));
}

/*
 * memory.stat is the sampler's, and no decision waits for it: it is taken by the first part of the record
 * that is written after it came. By then a victim may be dying; when it was read stands with it.
 */
static void memory_take(const struct handler *handler, struct episode *episode)
{
	const uint64_t reach = nsec_from_msec(RECORD_MEMORY_MSEC).count;
	struct facts_memory memory;

	if (episode->outcome.memory.sampled_nsec)
		return;
	/* Half-written by a sampler that died: as good as never. */
	if (facts_read_memory(handler->tables.facts, episode->slot, &memory) == 0 &&
	    memory.sampled_nsec && memory.sampled_nsec + reach >= episode->trigger.count)
		episode->outcome.memory = memory;
}

void record_source_failure(struct episode *episode, const struct snapshot *snapshot)
{
	struct outcome *outcome = &episode->outcome;

	if (outcome->source_error || snapshot->error == 0)
		return;
	outcome->source_failed = snapshot->failed;
	outcome->source_error = (uint32_t)-snapshot->error;
}

void record_decision(struct handler *handler, struct episode *episode,
		     const struct ranking *ranking)
{
	struct outcome *outcome = &episode->outcome;

	memory_take(handler, episode);
	record_source_failure(episode, &handler->snapshot);
	if (!outcome->asleep)
		outcome->asleep = ranking->asleep;
	if (outcome->decided_nsec)
		return;
	outcome->candidates = ranking->total;
	outcome->eligible = ranking->eligible;
	outcome->listed = ranking->listed;
	outcome->source = handler->snapshot.source;
	outcome->facts_missed = handler->snapshot.missed;
	outcome->facts_age_nsec = handler->snapshot.age.count;
	outcome->decided_nsec = since_trigger(episode, clock_now());
	memcpy(outcome->candidate, ranking->list, ranking->listed * sizeof(ranking->list[0]));
}

void record_victim(struct episode *episode, const struct outcome_candidate *who,
		   struct record_signal signal)
{
	struct outcome *outcome = &episode->outcome;

	/* More victims than there is room for: the count goes on, the last entry is the latest. */
	if (outcome->victims < OUTCOME_VICTIMS)
		outcome->victims++;
	outcome->victim[outcome->victims - 1] = (struct outcome_victim){
		.who = *who,
		.end = signal.error < 0 ? OUTCOME_VICTIM_REFUSED : OUTCOME_VICTIM_WAITING,
		.error = (uint32_t)-signal.error,
		.signal_number = (uint32_t)signal.number,
		.method = signal.method,
		.signalled_nsec = since_trigger(episode, clock_now()),
	};
}

void record_victim_end(const struct handler *handler, struct episode *episode,
		       enum outcome_victim_end end)
{
	struct outcome_victim *victim = &episode->outcome.victim[episode->outcome.victims - 1];

	assert(episode->outcome.victims > 0);
	memory_take(handler, episode);
	victim->end = end;
	if (end == OUTCOME_VICTIM_EXITED)
		victim->exited_nsec = since_trigger(episode, handler->now);
}

void record_step_begin(const struct handler *handler, struct episode *episode)
{
	struct outcome *outcome = &episode->outcome;

	if (outcome->steps < OUTCOME_STEPS)
		outcome->steps++;
	*step_of(episode) = (struct outcome_step){
		.kind = episode->policy.step[episode->step].kind,
		.result = OUTCOME_STEP_RUNNING,
		.begun_nsec = since_trigger(episode, handler->now),
	};
}

void record_step_amount(struct episode *episode, struct bytes amount)
{
	step_of(episode)->amount = amount.count;
}

void record_step_count(struct episode *episode, uint32_t count)
{
	step_of(episode)->count = count;
}

void record_step_error(struct episode *episode, int error)
{
	step_of(episode)->error = (uint32_t)-error;
}

void record_step_end(const struct handler *handler, struct episode *episode,
		     enum outcome_step_result result)
{
	struct outcome_step *step = step_of(episode);

	if (!episode->outcome.steps || step->result != OUTCOME_STEP_RUNNING)
		return;
	step->result = result;
	step->ended_nsec = since_trigger(episode, handler->now);
}

/* What the first step would have told its victim; 0: none of those that choose one. */
static int would_signal(const struct policy_step *step)
{
	switch ((enum step_kind)step->kind) {
	case STEP_KILL:
	case STEP_KILL_GROUP:
		return SIGKILL;
	case STEP_TERMINATE:
		return (int)step->signal_number;
	case STEP_RAISE_LIMIT:
	case STEP_FREEZE:
	case STEP_HOOK:
	case STEP_KERNEL:
	case STEP_KIND_COUNT:
		break;
	}
	return 0;
}

void record_would(const struct handler *handler, struct episode *episode,
		  const struct candidate *first)
{
	const struct policy_step *step = &episode->policy.step[episode->step];
	struct record_signal signal = { .number = would_signal(step) };

	record_step_begin(handler, episode);
	record_step_end(handler, episode, OUTCOME_STEP_WOULD);
	if (!first || !signal.number)
		return;
	if (step->kind == STEP_KILL && step->via == STEP_VIA_KERNEL)
		signal.number = 0;
	record_victim(episode, &first->who, signal);
	episode->outcome.victim[0].end = OUTCOME_VICTIM_SPARED;
}

void record_send(struct handler *handler, struct episode *episode, enum outcome_kind kind)
{
	struct outcomes *outcomes = handler->tables.outcomes;
	struct outcome *outcome = &episode->outcome;
	struct gauges gauges = { .usage = outcome->usage };
	uint64_t kills = level_kills(handler, episode->slot);
	uint32_t index;

	memory_take(handler, episode);
	(void)level_gauges(handler, episode->slot,
			   &gauges); /* gone: the usage at the trigger stays */
	outcome->sequence = ++handler->sequence;
	outcome->kind = kind;
	outcome->usage_after = gauges.usage;
	outcome->kernel_kills =
		kills > episode->kills_at_trigger ? kills - episode->kills_at_trigger : 0;
	outcome->page_faults = pin_faults() - handler->faults_at_start;
	if (!ring_reserve(&outcomes->ring, OUTCOME_RECORDS, &index)) {
		atomic_fetch_add(&outcomes->dropped, 1);
		return;
	}
	outcomes->records[index] = *outcome;
	ring_publish(&outcomes->ring);
	(void)io_signal_event(INHERIT_WAKE_SUPERVISOR); /* it also looks once a second */
}
