/* See outcome_message.h. */
#include "supervisor/outcome_message.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "settings/human.h"
#include "supervisor/groups.h"
#include "supervisor/outcome_words.h"

#define WORD_SIZE (4 * GROUP_LABEL_SIZE)
#define CONTAINER_ID_LENGTH 64 /* hexadecimal digits, of Docker and of CRI runtimes alike */

static_assert((int)MESSAGE_RESOLVED == (int)OUTCOME_RESOLVED &&
		      (int)MESSAGE_DRY_RUN == (int)OUTCOME_DRY_RUN &&
		      (int)MESSAGE_ALLOC_FAILURE == (int)OUTCOME_ALLOC_FAILURE &&
		      (int)OUTCOME_ALLOC_FAILURE + 1 == (int)OUTCOME_KIND_COUNT,
	      "kinds of outcomes are kinds of messages");

/* An escaped name without blanks. */
static const char *word(const char *escaped, char out[static WORD_SIZE])
{
	size_t used = 0;

	for (; *escaped && used + sizeof("\\x20") <= WORD_SIZE; escaped++) {
		if (*escaped == ' ') {
			memcpy(out + used, "\\x20", 4);
			used += 4;
		} else {
			out[used++] = *escaped;
		}
	}
	out[used] = '\0';
	return out;
}

/* A name of another process, which need not end. */
static const char *raw_word(const char *name, size_t size, char out[static WORD_SIZE])
{
	char raw[POLICY_NAME_SIZE + 1] = "", escaped[4 * POLICY_NAME_SIZE + 1];

	memcpy(raw, name, size < POLICY_NAME_SIZE ? size : POLICY_NAME_SIZE);
	return word(text_escape(raw, escaped, sizeof(escaped)), out);
}

static const char *comm_of(const struct outcome_candidate *who, char out[static WORD_SIZE])
{
	return raw_word(who->comm, sizeof(who->comm), out);
}

static const char *size_text(uint64_t bytes, char out[static HUMAN_SIZE])
{
	return human_bytes((struct bytes){ bytes }, out);
}

/* Near a minute human_span() goes over to two units with a blank between, which a value must not have. */
static const char *time_text(uint64_t nsec, char out[static HUMAN_SIZE])
{
	if (nsec < 59 * NSEC_PER_SEC)
		return human_span((struct nsec){ nsec }, out);
	(void)snprintf(out, HUMAN_SIZE, "%llus", (unsigned long long)(nsec / NSEC_PER_SEC));
	return out;
}

/* The one that mattered: the last that was signalled. */
static const struct outcome_victim *last_victim(const struct outcome *outcome)
{
	uint32_t count = outcome->victims < OUTCOME_VICTIMS ? outcome->victims : OUTCOME_VICTIMS;

	return count ? &outcome->victim[count - 1] : NULL;
}

static const char *last_step(const struct outcome *outcome)
{
	uint32_t count = outcome->steps < OUTCOME_STEPS ? outcome->steps : OUTCOME_STEPS;

	return count ? outcome_step_name(outcome->step[count - 1].kind) : "-";
}

static void say_victim(struct message *message, const struct outcome_victim *victim)
{
	char comm[WORD_SIZE], rss[HUMAN_SIZE];

	if (!victim) {
		message_say(message, " victim=- rss=- uid=-");
		return;
	}
	message_say(message, " victim=%u(%s) rss=%s uid=%u", victim->who.pid,
		    comm_of(&victim->who, comm), size_text(victim->who.rss, rss), victim->who.uid);
}

/* What put the first of the ranking before the second. */
static const char *reason(const struct outcome *outcome)
{
	if (outcome->listed == 0)
		return "none";
	return outcome->listed == 1 ? "only" : outcome_tier_name(outcome->candidate[1].tier);
}

/* The rule that lifted the first, else the one that put the second behind it; NULL: none had a say. */
static const char *reason_rule(const struct outcome *outcome, const struct candidate_names *names,
			       char text[static CANDIDATE_RULE_SIZE])
{
	const char *rule = NULL;

	for (uint32_t i = 0; i < outcome->listed && i < 2 && !rule; i++)
		rule = candidate_rule(&outcome->candidate[i], names->rules, text);
	return rule;
}

static void say_reason(struct message *message, const struct outcome *outcome,
		       const struct candidate_names *names)
{
	const struct outcome_victim *victim = last_victim(outcome);
	char name[OUTCOME_SIGNAL_SIZE], text[CANDIDATE_RULE_SIZE], rule[WORD_SIZE];
	const char *found = reason_rule(outcome, names, text);

	message_say(message, " signal=%s victims=%u reason=%s rule=%s asleep=%u kernel_kills=%llu",
		    victim ? outcome_signal_name(victim->signal_number, name) : "-",
		    outcome->victims, reason(outcome), found ? word(found, rule) : "-",
		    outcome->asleep, (unsigned long long)outcome->kernel_kills);
}

/* The two words of a better source that failed stand together: source=iter source_failed=bpf(error). */
static void say_source(struct message *message, const struct outcome *outcome)
{
	const char *source = outcome_source(outcome);
	char error[WORD_SIZE];

	message_say(message, " source=%s", source ? source : "-");
	if (outcome->source_error)
		message_say(message, " source_failed=%s(%s)",
			    outcome_source_name(outcome->source_failed),
			    word(strerror((int)outcome->source_error), error));
}

static void say_line(struct message *message, const struct outcome *outcome,
		     const struct outcome_context *context)
{
	char name[WORD_SIZE], first[HUMAN_SIZE], second[HUMAN_SIZE], id[OUTCOME_ID_SIZE];

	message_say(message, "%s cgroup=%s limit=%s", outcome_kind_name(outcome->kind),
		    word(context->cgroup, name), size_text(outcome->limit, first));
	say_victim(message, last_victim(outcome));
	message_say(message, " step=%s decide=%s resolve=%s candidates=%u", last_step(outcome),
		    time_text(outcome->decided_nsec, first),
		    time_text(outcome->resolved_nsec, second), outcome->candidates);
	message_say(message, " freed=%s record=%s", size_text(outcome_freed(outcome), first),
		    outcome_id(outcome, id));
	if (outcome->limit_inode != outcome->inode)
		message_say(message, " limit_cgroup=%s", word(context->limit_cgroup, name));
	message_say(message, " policy=%s",
		    outcome->policy[0] ? raw_word(outcome->policy, POLICY_NAME_SIZE, name) : "-");
	say_reason(message, outcome, &context->names);
	say_source(message, outcome);
}

static void add_container(struct message *message, const char *cgroup)
{
	for (size_t run = 0; *cgroup; cgroup++) {
		run = isxdigit((unsigned char)*cgroup) ? run + 1 : 0;
		if (run == CONTAINER_ID_LENGTH && !isxdigit((unsigned char)cgroup[1])) {
			message_add(message, "CONTAINER=%.*s", CONTAINER_ID_LENGTH,
				    cgroup - CONTAINER_ID_LENGTH + 1);
			return;
		}
	}
}

static void add_victim(struct message *message, const struct outcome_victim *victim)
{
	char comm[WORD_SIZE], name[OUTCOME_SIGNAL_SIZE];

	if (!victim)
		return;
	message_add(message, "VICTIM_PID=%u", victim->who.pid);
	message_add(message, "VICTIM_UID=%u", victim->who.uid);
	message_add(message, "VICTIM_COMM=%s", comm_of(&victim->who, comm));
	message_add(message, "VICTIM_RSS_BYTES=%llu", (unsigned long long)victim->who.rss);
	message_add(message, "VICTIM_OOM_SCORE_ADJ=%d", victim->who.oom_score_adj);
	message_add(message, "VICTIM_SIGNAL=%s", outcome_signal_name(victim->signal_number, name));
	if (victim->signal_number && victim->end != OUTCOME_VICTIM_SPARED)
		message_add(message, "VICTIM_METHOD=%s", outcome_kill_method_name(victim->method));
	message_add(message, "VICTIM_END=%s", outcome_victim_end_name(victim->end));
}

static void add_source(struct message *message, const struct outcome *outcome)
{
	const char *source = outcome_source(outcome);

	if (source)
		message_add(message, "SOURCE=%s", source);
	if (!outcome->source_error)
		return;
	message_add(message, "SOURCE_FAILED=%s", outcome_source_name(outcome->source_failed));
	message_add(message, "SOURCE_ERROR=%s", strerror((int)outcome->source_error));
}

static void add_fields(struct message *message, const struct outcome *outcome,
		       const struct outcome_context *context)
{
	char id[OUTCOME_ID_SIZE], text[CANDIDATE_RULE_SIZE];
	const char *rule = reason_rule(outcome, &context->names, text);

	message_add(message, "CGROUP=%s", context->cgroup);
	add_container(message, context->cgroup);
	message_add(message, "POLICY=%.*s", POLICY_NAME_SIZE, outcome->policy);
	message_add(message, "STEP=%s", last_step(outcome));
	message_add(message, "CAUSE=%s", outcome->by_alloc_failure ? "alloc-failure" : "oom");
	message_add(message, "REASON=%s", reason(outcome));
	if (rule)
		message_add(message, "RULE=%s", rule);
	message_add(message, "LIMIT_CGROUP=%s", context->limit_cgroup);
	message_add(message, "LIMIT_BYTES=%llu", (unsigned long long)outcome->limit);
	message_add(message, "USAGE_BYTES=%llu", (unsigned long long)outcome->usage);
	add_victim(message, last_victim(outcome));
	message_add(message, "VICTIMS=%u", outcome->victims);
	message_add(message, "CANDIDATES=%u", outcome->candidates);
	message_add(message, "ASLEEP=%u", outcome->asleep);
	message_add(message, "KERNEL_KILLS=%llu", (unsigned long long)outcome->kernel_kills);
	message_add(message, "FREED_BYTES=%llu", (unsigned long long)outcome_freed(outcome));
	message_add(message, "LATENCY_DECIDE_USEC=%llu",
		    (unsigned long long)(outcome->decided_nsec / NSEC_PER_USEC));
	message_add(message, "LATENCY_RESOLVE_USEC=%llu",
		    (unsigned long long)(outcome->resolved_nsec / NSEC_PER_USEC));
	add_source(message, outcome);
	message_add(message, "LAST_RESORT=%s", outcome->last_resort ? "yes" : "no");
	message_add(message, "DRY_RUN=%s", outcome->kind == OUTCOME_DRY_RUN ? "yes" : "no");
	message_add(message, "RECORD_ID=%s", outcome_id(outcome, id));
}

void outcome_message(const struct outcome *outcome, const struct outcome_context *context,
		     struct message *ret_message)
{
	/* A number of another version is said with the word outcome_kind_name() has for it. */
	message_init(ret_message, outcome->kind < OUTCOME_KIND_COUNT
					  ? (enum message_kind)outcome->kind
					  : MESSAGE_WARNING);
	say_line(ret_message, outcome, context);
	add_fields(ret_message, outcome, context);
}
