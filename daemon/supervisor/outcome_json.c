/* See outcome_json.h. The counts in a record are bounded again here: it comes from another process. */
#include "supervisor/outcome_json.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "supervisor/json_add.h"
#include "supervisor/outcome_words.h"

uint64_t outcome_freed(const struct outcome *outcome)
{
	return outcome->usage > outcome->usage_after ? outcome->usage - outcome->usage_after : 0;
}

const char *outcome_source(const struct outcome *outcome)
{
	return outcome->decided_nsec ? outcome_source_name(outcome->source) : NULL;
}

char *outcome_id(const struct outcome *outcome, char id[static OUTCOME_ID_SIZE])
{
	static_assert(ROSTER_SLOTS <= 0x1000, "three hexadecimal digits of slot");
	(void)snprintf(id, OUTCOME_ID_SIZE, "%llx%03x", (unsigned long long)outcome->trigger_nsec,
		       outcome->slot & 0xfff);
	return id;
}

static void add_error(struct json_object *object, uint32_t error)
{
	json_add_nullable(object, "error", error ? strerror((int)error) : NULL);
}

/* Numbers of a step that do not mean here what strerror(3) makes of them. */
static const char *step_error(const struct outcome_step *step)
{
	if (step->kind == STEP_RAISE_LIMIT && step->error == EDQUOT)
		return "all that the policy allows is lent already";
	if (step->kind == STEP_RAISE_LIMIT && step->error == ENOSPC)
		return "a limit above is full";
	if (step->kind == STEP_FREEZE && step->error == EALREADY)
		return "it was frozen before";
	return step->error ? strerror((int)step->error) : NULL;
}

static struct json_object *candidates_new(const struct outcome *outcome,
					  const struct candidate_names *names)
{
	struct json_object *array = json_object_new_array();

	for (uint32_t i = 0; i < outcome->listed && i < OUTCOME_CANDIDATES; i++)
		(void)json_object_array_add(array,
					    candidate_json_new(&outcome->candidate[i], names));
	return array;
}

static struct json_object *victim_new(const struct outcome_victim *victim,
				      const struct candidate_names *names)
{
	struct json_object *object = candidate_json_new(&victim->who, names);
	bool spared = victim->end == OUTCOME_VICTIM_SPARED;
	bool sent = !spared && victim->signal_number; /* else it was marked, or nothing was done */
	char name[OUTCOME_SIGNAL_SIZE];

	if (!object)
		return NULL;
	json_add_text(object, "signal", outcome_signal_name(victim->signal_number, name));
	json_add_nullable(object, "method", sent ? outcome_kill_method_name(victim->method) : NULL);
	json_add_text(object, "end", outcome_victim_end_name(victim->end));
	add_error(object, victim->error);
	if (spared)
		json_add_nullable(object, "signalled_usec", NULL);
	else
		json_add_usec(object, "signalled_usec", victim->signalled_nsec);
	if (victim->exited_nsec)
		json_add_usec(object, "exited_usec", victim->exited_nsec);
	else
		json_add_nullable(object, "exited_usec", NULL);
	return object;
}

static struct json_object *victims_new(const struct outcome *outcome,
				       const struct candidate_names *names)
{
	struct json_object *array = json_object_new_array();

	for (uint32_t i = 0; i < outcome->victims && i < OUTCOME_VICTIMS; i++)
		(void)json_object_array_add(array, victim_new(&outcome->victim[i], names));
	return array;
}

static struct json_object *step_new(const struct outcome_step *step)
{
	bool lends = step->kind == STEP_RAISE_LIMIT || step->kind == STEP_TERMINATE;
	struct json_object *object = json_object_new_object();

	json_add_text(object, "step", outcome_step_name(step->kind));
	json_add_text(object, "result", outcome_step_result_name(step->result));
	json_add_nullable(object, "error", step_error(step));
	json_add_usec(object, "begun_usec", step->begun_nsec);
	json_add_usec(object, "ended_usec", step->ended_nsec);
	json_add_known(object, "amount", lends && step->amount ? step->amount : UINT64_MAX);
	json_add_number(object, "count", step->count);
	return object;
}

static struct json_object *steps_new(const struct outcome *outcome)
{
	struct json_object *array = json_object_new_array();

	for (uint32_t i = 0; i < outcome->steps && i < OUTCOME_STEPS; i++)
		(void)json_object_array_add(array, step_new(&outcome->step[i]));
	return array;
}

static struct json_object *memsw_new(const struct outcome *outcome)
{
	struct json_object *object;

	if (outcome->memsw_limit == UINT64_MAX)
		return NULL;
	object = json_object_new_object();
	json_add_number(object, "limit", outcome->memsw_limit);
	json_add_number(object, "usage", outcome->memsw_usage);
	json_add_number(object, "failcnt", outcome->memsw_failcnt_total);
	return object;
}

static struct json_object *memory_new(const struct facts_memory *memory)
{
	struct json_object *object;

	if (memory->sampled_nsec == 0)
		return NULL;
	object = json_object_new_object();
	for (uint32_t i = 0; i < FACTS_STAT_COUNT; i++)
		json_add_known(object, outcome_stat_name(i), memory->value[i]);
	return object;
}

static void add_trigger(struct json_object *object, const struct outcome *outcome,
			const struct outcome_context *context)
{
	json_add_text(object, "cgroup", context->cgroup);
	json_add_text(object, "limit_cgroup", context->limit_cgroup);
	json_add_name(object, "policy", outcome->policy, sizeof(outcome->policy));
	json_add_text(object, "cause", outcome->by_alloc_failure ? "alloc-failure" : "oom");
	json_add_number(object, "limit", outcome->limit);
	json_add_number(object, "usage", outcome->usage);
	json_add_number(object, "failcnt", outcome->failcnt_total);
	json_add_number(object, "failcnt_rise", outcome->failcnt);
	json_add_text(object, "counter", outcome->memsw ? "memory+swap" : "memory");
	(void)json_object_object_add(object, "memsw", memsw_new(outcome));
	(void)json_object_object_add(object, "memory", memory_new(&outcome->memory));
	json_add_text(object, "found_by", outcome->by_sweep ? "sweep" : "event");
}

/* Where the decision was taken from, and what of the better sources failed: null without one. */
static void add_source(struct json_object *object, const struct outcome *outcome)
{
	uint32_t error = outcome->source_error;

	json_add_nullable(object, "source", outcome_source(outcome));
	json_add_nullable(object, "source_failed",
			  error ? outcome_source_name(outcome->source_failed) : NULL);
	json_add_nullable(object, "source_error", error ? strerror((int)error) : NULL);
}

static void add_decision(struct json_object *object, const struct outcome *outcome,
			 const struct candidate_names *names)
{
	json_add_text(object, "order", outcome_order_name(outcome->order));
	json_add_text(object, "unit", outcome_unit_name(outcome->unit));
	json_add_number(object, "candidates_total", outcome->candidates);
	json_add_number(object, "eligible", outcome->eligible);
	json_add_number(object, "asleep", outcome->asleep);
	json_add_number(object, "facts_missed", outcome->facts_missed);
	json_add_usec(object, "facts_age_usec", outcome->facts_age_nsec);
	json_add_usec(object, "decide_usec", outcome->decided_nsec);
	json_add_usec(object, "resolve_usec", outcome->resolved_nsec);
	(void)json_object_object_add(object, "candidates", candidates_new(outcome, names));
	(void)json_object_object_add(object, "victims", victims_new(outcome, names));
	(void)json_object_object_add(object, "steps", steps_new(outcome));
}

static void add_end(struct json_object *object, const struct outcome *outcome)
{
	json_add_flag(object, "last_resort", outcome->last_resort);
	json_add_text(object, "proof", outcome_proof_name(outcome->proof));
	add_error(object, outcome->error);
	json_add_number(object, "usage_after", outcome->usage_after);
	json_add_number(object, "freed", outcome_freed(outcome));
	json_add_number(object, "kernel_kills", outcome->kernel_kills);
	json_add_number(object, "page_faults", outcome->page_faults);
	add_source(object, outcome);
	json_add_flag(object, "dry_run", outcome->kind == OUTCOME_DRY_RUN);
}

struct json_object *outcome_json_new(const struct outcome *outcome,
				     const struct outcome_context *context)
{
	struct json_object *object = json_object_new_object();
	char id[OUTCOME_ID_SIZE], stamp[32] = "";
	struct tm parts;

	if (!object)
		return NULL;
	if (gmtime_r(&context->time.tv_sec, &parts))
		(void)strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &parts);
	json_add_text(object, "id", outcome_id(outcome, id));
	json_add_text(object, "time", stamp);
	json_add_text(object, "kind", outcome_kind_name(outcome->kind));
	add_trigger(object, outcome, context);
	add_decision(object, outcome, &context->names);
	add_end(object, outcome);
	return object;
}
