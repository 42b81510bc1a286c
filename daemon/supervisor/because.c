/* See because.h. */
#include "supervisor/because.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "settings/human.h"
#include "supervisor/candidate_json.h"
#include "supervisor/outcome_words.h"

static void say_arguments(struct because *because, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

static void say_arguments(struct because *because, const char *format, va_list arguments)
{
	size_t left = because->size - because->used;
	int length = vsnprintf(because->text + because->used, left, format, arguments);

	if (length > 0)
		because->used += (size_t)length < left ? (size_t)length : left - 1;
}

void because_say(struct because *because, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_arguments(because, format, arguments);
	va_end(arguments);
}

static void say_clause(struct because *because, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say_clause(struct because *because, const char *format, ...)
{
	va_list arguments;

	because_say(because, "%s", because->clauses++ ? " and " : ", because ");
	va_start(arguments, format);
	say_arguments(because, format, arguments);
	va_end(arguments);
}

/* Names need not end: another process wrote them. */
static char *comm_of(const struct outcome_candidate *who, char text[static 4 * FACTS_COMM_SIZE])
{
	char raw[FACTS_COMM_SIZE + 1];

	(void)snprintf(raw, sizeof(raw), "%.*s", FACTS_COMM_SIZE, who->comm);
	return text_escape(raw, text, 4 * FACTS_COMM_SIZE);
}

void because_say_name(struct because *because, const struct outcome_candidate *who)
{
	char comm[4 * FACTS_COMM_SIZE];

	because_say(because, "%s (pid %u%s", comm_of(who, comm), who->pid, who->sharers ? "" : ")");
	if (who->sharers)
		because_say(because, ", and %u that share%s its memory)", who->sharers,
			    who->sharers == 1 ? "s" : "");
}

void because_say_tally(struct because *because, const struct ranking *ranking)
{
	uint32_t count[OUTCOME_TIER_COUNT] = { 0 };
	const char *comma = "";

	for (uint32_t i = 0; i < ranking->listed; i++)
		if (ranking->list[i].tier < OUTCOME_TIER_COUNT)
			count[ranking->list[i].tier]++;
	for (uint32_t tier = 0; tier < OUTCOME_TIER_COUNT; tier++) {
		if (!count[tier])
			continue;
		because_say(because, "%s%u %s", comma, count[tier], outcome_tier_name(tier));
		comma = ", ";
	}
	if (ranking->total > ranking->listed)
		because_say(because, "%sand %u more", comma, ranking->total - ranking->listed);
}

void because_say_unit(struct because *because, const struct sentence *sentence)
{
	char use[HUMAN_SIZE];

	say_clause(because, "its group %s uses the most (%s)", sentence->unit,
		   human_bytes(sentence->unit_use, use));
}

static bool has_rule(const struct outcome_candidate *who, enum rule_list list)
{
	return who->rule && who->rule_list == list;
}

static void say_age(struct because *because, const struct sentence *sentence,
		    const struct outcome_candidate *first)
{
	struct nsec age = nsec_between((struct nsec){ first->start_nsec }, sentence->moment);
	char text[HUMAN_SIZE];

	say_clause(because, "it is the %s (started %s ago)",
		   sentence->policy->order == POLICY_ORDER_OLDEST ? "oldest" : "newest",
		   human_span(age, text));
}

static void say_avoided(struct because *because, const struct sentence *sentence,
			const struct outcome_candidate *next)
{
	char rule[CANDIDATE_RULE_SIZE], comm[4 * FACTS_COMM_SIZE];
	const char *text = candidate_rule(next, sentence->rules, rule);

	if (!text)
		return;
	if (has_rule(next, RULE_PROTECT))
		say_clause(because,
			   "%s might name the next one, %s (pid %u), of which too little is "
			   "known",
			   text, comm_of(next, comm), next->pid);
	else
		say_clause(because, "%s names the next one, %s (pid %u)", text, comm_of(next, comm),
			   next->pid);
}

static void say_memory(struct because *because, const struct outcome_candidate *first,
		       const struct outcome_candidate *next)
{
	struct bytes memory = { first->rss + first->swap + first->page_tables };
	bool preferred = has_rule(first, RULE_PREFER) && has_rule(next, RULE_PREFER);
	char text[HUMAN_SIZE];

	say_clause(because, "it has more memory (%s) than the next %sone",
		   human_bytes(memory, text), preferred ? "preferred " : "");
}

/* What put @next behind @first. Where a clause before has said so, nothing. */
static void say_decider(struct because *because, const struct sentence *sentence,
			const struct outcome_candidate *first, const struct outcome_candidate *next)
{
	switch ((enum outcome_tier)next->tier) {
	case OUTCOME_TIER_AVOID:
		say_avoided(because, sentence, next);
		return;
	case OUTCOME_TIER_AGE:
		say_age(because, sentence, first);
		return;
	case OUTCOME_TIER_OOM_SCORE:
		say_clause(because, "its badness (%lld) is the highest", (long long)first->badness);
		return;
	case OUTCOME_TIER_MEMORY:
		say_memory(because, first, next);
		return;
	case OUTCOME_TIER_PID:
		say_clause(because, "the next one differs in nothing but its pid, which is lower");
		return;
	case OUTCOME_TIER_PREFER: /* said */
	case OUTCOME_TIER_UNIT: /* said */
	case OUTCOME_TIER_FIRST:
	case OUTCOME_TIER_NEVER_KERNEL_THREAD:
	case OUTCOME_TIER_NEVER_INIT:
	case OUTCOME_TIER_NEVER_OURS:
	case OUTCOME_TIER_NEVER_DYING:
	case OUTCOME_TIER_NEVER_ADJ:
	case OUTCOME_TIER_NEVER_PROTECTED:
	case OUTCOME_TIER_NEVER_SHIM:
	case OUTCOME_TIER_UNKNOWN:
	case OUTCOME_TIER_SHARER:
	case OUTCOME_TIER_TRIED:
	case OUTCOME_TIER_COUNT:
		break; /* not behind one of two that may be chosen, before anything happened */
	}
}

void because_say_reasons(struct because *because, const struct sentence *sentence)
{
	const struct ranking *ranking = sentence->ranking;
	const struct outcome_candidate *first = &ranking->list[0];
	char rule[CANDIDATE_RULE_SIZE];

	if (has_rule(first, RULE_PREFER))
		say_clause(because, "%s names it", candidate_rule(first, sentence->rules, rule));
	if (sentence->unit)
		because_say_unit(because, sentence);
	/* It is behind all others: so there is nobody whom no such rule names. */
	if (has_rule(first, RULE_AVOID) || has_rule(first, RULE_PROTECT))
		say_clause(because, "all who may be chosen are to be avoided");
	if (ranking->total == 1)
		say_clause(because, "it is the only process");
	else if (ranking->eligible == 1 || ranking->listed == 1)
		say_clause(because, "nobody else may be chosen");
	else
		say_decider(because, sentence, first, &ranking->list[1]);
}
