/* See outcome_json.h. The counts in a record are bounded again here: it comes from another process. */
#include "supervisor/outcome_json.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"

#define NAME_OF(names, number)                                                                     \
	((number) < sizeof(names) / sizeof((names)[0]) ? (names)[number] : "unknown")

const char *outcome_kind_name(uint32_t kind)
{
	static const char *const names[] = {
		[OUTCOME_RESOLVED] = "resolved",       [OUTCOME_PASSED] = "passed",
		[OUTCOME_HANDED_BACK] = "handed-back", [OUTCOME_UNRESOLVED] = "unresolved",
		[OUTCOME_GROUP_GONE] = "group-gone",   [OUTCOME_FOREIGN] = "foreign",
		[OUTCOME_DRY_RUN] = "dry-run",
	};
	static_assert(sizeof(names) / sizeof(names[0]) == OUTCOME_KIND_COUNT, "a word each");

	return NAME_OF(names, kind);
}

const char *outcome_step_name(uint32_t kind)
{
	static const char *const names[] = {
		[STEP_KILL] = "kill",
		[STEP_RAISE_LIMIT] = "raise-limit",
		[STEP_KERNEL] = "kernel",
	};
	static_assert(sizeof(names) / sizeof(names[0]) == STEP_KIND_COUNT, "a word each");

	return NAME_OF(names, kind);
}

const char *outcome_tier_name(uint32_t tier)
{
	static const char *const names[] = {
		[OUTCOME_TIER_FIRST] = "first",
		[OUTCOME_TIER_NEVER_KERNEL_THREAD] = "kernel-thread",
		[OUTCOME_TIER_NEVER_INIT] = "init",
		[OUTCOME_TIER_NEVER_OURS] = "ours",
		[OUTCOME_TIER_NEVER_DYING] = "dying",
		[OUTCOME_TIER_NEVER_ADJ] = "adj",
		[OUTCOME_TIER_NEVER_SHIM] = "shim",
		[OUTCOME_TIER_TRIED] = "tried",
		[OUTCOME_TIER_UNKNOWN] = "unknown",
		[OUTCOME_TIER_MEMORY] = "memory",
		[OUTCOME_TIER_PID] = "pid",
	};
	static_assert(sizeof(names) / sizeof(names[0]) == OUTCOME_TIER_COUNT, "a word each");

	return NAME_OF(names, tier);
}

const char *outcome_victim_end_name(uint32_t end)
{
	static const char *const names[] = {
		[OUTCOME_VICTIM_WAITING] = "waiting",	[OUTCOME_VICTIM_EXITED] = "exited",
		[OUTCOME_VICTIM_OUTLIVED] = "outlived", [OUTCOME_VICTIM_REFUSED] = "refused",
		[OUTCOME_VICTIM_SPARED] = "spared",
	};

	return NAME_OF(names, end);
}

static const char *step_result_name(uint32_t result)
{
	static const char *const names[] = {
		[OUTCOME_STEP_RUNNING] = "running", [OUTCOME_STEP_DONE] = "done",
		[OUTCOME_STEP_FAILED] = "failed",   [OUTCOME_STEP_TIMED_OUT] = "timed-out",
		[OUTCOME_STEP_WOULD] = "would",
	};

	return NAME_OF(names, result);
}

static const char *proof_name(uint32_t proof)
{
	static const char *const names[] = {
		[OUTCOME_PROOF_NONE] = "none",
		[OUTCOME_PROOF_LEVEL] = "level",
		[OUTCOME_PROOF_KILLS] = "kills",
		[OUTCOME_PROOF_CALM] = "calm",
	};
	static_assert(sizeof(names) / sizeof(names[0]) == OUTCOME_PROOF_COUNT, "a word each");

	return NAME_OF(names, proof);
}

uint64_t outcome_freed(const struct outcome *outcome)
{
	return outcome->usage > outcome->usage_after ? outcome->usage - outcome->usage_after : 0;
}

char *outcome_id(const struct outcome *outcome, char id[static OUTCOME_ID_SIZE])
{
	static_assert(ROSTER_SLOTS <= 0x1000, "three hexadecimal digits of slot");
	(void)snprintf(id, OUTCOME_ID_SIZE, "%llx%03x", (unsigned long long)outcome->trigger_nsec,
		       outcome->slot & 0xfff);
	return id;
}

static void add_text(struct json_object *object, const char *key, const char *text)
{
	(void)json_object_object_add(object, key, json_object_new_string(text));
}

static void add_number(struct json_object *object, const char *key, uint64_t number)
{
	(void)json_object_object_add(object, key, json_object_new_uint64(number));
}

static void add_usec(struct json_object *object, const char *key, uint64_t nsec)
{
	add_number(object, key, nsec / NSEC_PER_USEC);
}

static void add_nullable(struct json_object *object, const char *key, const char *text)
{
	(void)json_object_object_add(object, key, text ? json_object_new_string(text) : NULL);
}

static void add_error(struct json_object *object, uint32_t error)
{
	add_nullable(object, "error", error ? strerror((int)error) : NULL);
}

/* Two numbers of the step raise-limit do not mean here what strerror(3) makes of them. */
static const char *step_error(const struct outcome_step *step)
{
	if (step->kind == STEP_RAISE_LIMIT && step->error == EDQUOT)
		return "all that the policy allows is lent already";
	if (step->kind == STEP_RAISE_LIMIT && step->error == ENOSPC)
		return "a limit above is full";
	return step->error ? strerror((int)step->error) : NULL;
}

/* Names in the record need not end: another process wrote them. */
static void add_escaped(struct json_object *object, const char *key, const char *name, size_t size)
{
	char raw[POLICY_NAME_SIZE + 1], text[4 * POLICY_NAME_SIZE + 1];
	size_t length = strnlen(name, size < sizeof(raw) ? size : sizeof(raw) - 1);

	memcpy(raw, name, length);
	raw[length] = '\0';
	add_text(object, key, text_escape(raw, text, sizeof(text)));
}

static struct json_object *candidate_new(const struct outcome_candidate *who)
{
	struct json_object *object = json_object_new_object();

	add_number(object, "pid", who->pid);
	add_number(object, "uid", who->uid);
	add_escaped(object, "comm", who->comm, sizeof(who->comm));
	(void)json_object_object_add(object, "oom_score_adj",
				     json_object_new_int(who->oom_score_adj));
	add_number(object, "rss", who->rss);
	add_number(object, "swap", who->swap);
	return object;
}

static struct json_object *candidates_new(const struct outcome *outcome)
{
	struct json_object *array = json_object_new_array();

	for (uint32_t i = 0; i < outcome->listed && i < OUTCOME_CANDIDATES; i++) {
		struct json_object *object = candidate_new(&outcome->candidate[i]);

		add_number(object, "page_tables", outcome->candidate[i].page_tables);
		add_text(object, "tier", outcome_tier_name(outcome->candidate[i].tier));
		(void)json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *victims_new(const struct outcome *outcome)
{
	struct json_object *array = json_object_new_array();

	for (uint32_t i = 0; i < outcome->victims && i < OUTCOME_VICTIMS; i++) {
		const struct outcome_victim *victim = &outcome->victim[i];
		struct json_object *object = candidate_new(&victim->who);

		add_text(object, "end", outcome_victim_end_name(victim->end));
		add_error(object, victim->error);
		if (victim->end == OUTCOME_VICTIM_SPARED)
			add_nullable(object, "signalled_usec", NULL);
		else
			add_usec(object, "signalled_usec", victim->signalled_nsec);
		if (victim->exited_nsec)
			add_usec(object, "exited_usec", victim->exited_nsec);
		else
			(void)json_object_object_add(object, "exited_usec", NULL);
		(void)json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *steps_new(const struct outcome *outcome)
{
	struct json_object *array = json_object_new_array();

	for (uint32_t i = 0; i < outcome->steps && i < OUTCOME_STEPS; i++) {
		const struct outcome_step *step = &outcome->step[i];
		struct json_object *object = json_object_new_object();

		add_text(object, "step", outcome_step_name(step->kind));
		add_text(object, "result", step_result_name(step->result));
		add_nullable(object, "error", step_error(step));
		add_usec(object, "begun_usec", step->begun_nsec);
		add_usec(object, "ended_usec", step->ended_nsec);
		if (step->kind == STEP_RAISE_LIMIT && step->amount)
			add_number(object, "amount", step->amount);
		else
			(void)json_object_object_add(object, "amount", NULL);
		(void)json_object_array_add(array, object);
	}
	return array;
}

static void add_trigger(struct json_object *object, const struct outcome *outcome,
			const struct outcome_context *context)
{
	add_text(object, "cgroup", context->cgroup);
	add_text(object, "limit_cgroup", context->limit_cgroup);
	add_escaped(object, "policy", outcome->policy, sizeof(outcome->policy));
	add_number(object, "limit", outcome->limit);
	add_number(object, "usage", outcome->usage);
	add_number(object, "failcnt_rise", outcome->failcnt);
	add_text(object, "counter", outcome->memsw ? "memory+swap" : "memory");
	add_text(object, "found_by", outcome->by_sweep ? "sweep" : "event");
}

static void add_decision(struct json_object *object, const struct outcome *outcome)
{
	add_number(object, "candidates_total", outcome->candidates);
	add_number(object, "eligible", outcome->eligible);
	add_number(object, "facts_missed", outcome->facts_missed);
	add_usec(object, "facts_age_usec", outcome->facts_age_nsec);
	add_usec(object, "decide_usec", outcome->decided_nsec);
	add_usec(object, "resolve_usec", outcome->resolved_nsec);
	(void)json_object_object_add(object, "candidates", candidates_new(outcome));
	(void)json_object_object_add(object, "victims", victims_new(outcome));
	(void)json_object_object_add(object, "steps", steps_new(outcome));
}

static void add_end(struct json_object *object, const struct outcome *outcome)
{
	add_text(object, "proof", proof_name(outcome->proof));
	add_error(object, outcome->error);
	add_number(object, "usage_after", outcome->usage_after);
	add_number(object, "freed", outcome_freed(outcome));
	add_number(object, "kernel_kills", outcome->kernel_kills);
	add_number(object, "page_faults", outcome->page_faults);
	add_text(object, "source", "facts");
	(void)json_object_object_add(object, "dry_run",
				     json_object_new_boolean(outcome->kind == OUTCOME_DRY_RUN));
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
	add_text(object, "id", outcome_id(outcome, id));
	add_text(object, "time", stamp);
	add_text(object, "kind", outcome_kind_name(outcome->kind));
	add_trigger(object, outcome, context);
	add_decision(object, outcome);
	add_end(object, outcome);
	return object;
}
