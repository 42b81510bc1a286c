/*
 * See verdict.h. The rules of one kind look at the same name, so they are matched together; which rule is
 * the first of its list is settled when all have answered, a bit each.
 */
#include "ranking/verdict.h"

#include <string.h>

#include "ranking/bundle.h"

_Static_assert(POLICY_RULES <= 32, "a rule is a bit of 32");

static uint32_t rule_count(const struct policy_rules *rules)
{
	return rules->count < POLICY_RULES ? rules->count : POLICY_RULES;
}

/* The rules that are about numbers. */
static uint32_t match_range(const struct policy_rules *rules, enum rule_kind kind, int64_t value)
{
	uint32_t matched = 0;

	for (uint32_t i = 0; i < rule_count(rules); i++)
		if (rules->rule[i].kind == kind && value >= rules->rule[i].first &&
		    value <= rules->rule[i].last)
			matched |= 1U << i;
	return matched;
}

/* The rules that are about a name. */
static uint32_t match_name(const struct policy_rules *rules, enum rule_kind kind,
			   struct subject subject)
{
	struct bundle bundle = { .states = 0 };
	uint32_t matched = 0;

	for (uint32_t i = 0; i < rule_count(rules); i++) {
		const struct policy_rule *rule = &rules->rule[i];

		if (rule->kind != kind || bundle_add(&bundle, &rule->pattern, (uint8_t)i))
			continue;
		matched |= bundle_match(&bundle, subject);
		bundle = (struct bundle){ .states = 0 };
		(void)bundle_add(&bundle, &rule->pattern, (uint8_t)i); /* an empty one takes any */
	}
	return bundle.states ? matched | bundle_match(&bundle, subject) : matched;
}

static bool is_known(enum rule_kind kind, const struct fact *fact,
		     const char path[static ROSTER_PATH_SIZE])
{
	switch (kind) {
	case RULE_EXE:
		return fact->flags & FACT_DETAILS;
	case RULE_CMDLINE:
		return fact->flags & FACT_CMDLINE;
	case RULE_CGROUP:
		return path[0];
	case RULE_COMM:
	case RULE_UID:
	case RULE_ADJ:
	case RULE_KIND_COUNT:
		break;
	}
	return true;
}

static uint32_t match_all(const struct policy_rules *rules, const struct fact *fact,
			  const char path[static ROSTER_PATH_SIZE])
{
	const struct subject comm = { .text = fact->comm, .size = sizeof(fact->comm) };
	const struct subject exe = { .text = fact->exe, .size = sizeof(fact->exe) };
	const struct subject cmdline = { .text = fact->cmdline, .size = sizeof(fact->cmdline) };
	const struct subject cgroup = { .text = path, .size = ROSTER_PATH_SIZE };
	uint32_t matched = match_range(rules, RULE_UID, fact->uid) |
			   match_range(rules, RULE_ADJ, fact->oom_score_adj) |
			   match_name(rules, RULE_COMM, comm);

	if (is_known(RULE_EXE, fact, path))
		matched |= match_name(rules, RULE_EXE, exe);
	if (is_known(RULE_CMDLINE, fact, path))
		matched |= match_name(rules, RULE_CMDLINE, cmdline);
	if (is_known(RULE_CGROUP, fact, path))
		matched |= match_name(rules, RULE_CGROUP, cgroup);
	return matched;
}

struct verdict verdict_of(const struct policy_rules *rules, const struct fact *fact,
			  const char path[static ROSTER_PATH_SIZE])
{
	uint32_t matched = match_all(rules, fact, path);
	uint8_t number[RULE_LIST_COUNT] = { 0 };
	struct verdict verdict = { .doubt = 0 };

	for (uint32_t i = 0; i < rule_count(rules); i++) {
		uint32_t list = rules->rule[i].list;

		if (list >= RULE_LIST_COUNT)
			continue;
		number[list]++;
		if (matched & 1U << i && !verdict.rule[list])
			verdict.rule[list] = number[list];
		if (list == RULE_PROTECT && !verdict.doubt &&
		    !is_known(rules->rule[i].kind, fact, path))
			verdict.doubt = number[list];
	}
	if (verdict.rule[RULE_PROTECT])
		verdict.doubt = 0;
	return verdict;
}

struct candidate candidate_of(const struct policy_rules *rules, const struct fact *fact,
			      uint32_t index, uint64_t inode,
			      const char path[static ROSTER_PATH_SIZE])
{
	bool details = fact->flags & FACT_DETAILS;
	struct candidate candidate = {
		.index = index,
		.generation = fact->generation,
		.slot = fact->slot,
		.mm = details ? fact->mm : 0,
		.verdict = verdict_of(rules, fact, path),
		.who = {
			.pid = fact->pid,
			.uid = fact->uid,
			.oom_score_adj = fact->oom_score_adj,
			.flags = fact->flags,
			.start_nsec = fact->start_nsec,
			.vm_size = fact->vm_size,
			.rss = fact->anon + fact->file + fact->shmem,
			.file = fact->file,
			.shmem = fact->shmem,
			.swap = fact->swap,
			.page_tables = fact->page_tables,
			.inode = inode,
		},
	};

	memcpy(candidate.who.comm, fact->comm, sizeof(candidate.who.comm));
	if (details)
		memcpy(candidate.who.exe, fact->exe, sizeof(candidate.who.exe));
	return candidate;
}

struct candidate candidate_unknown(uint32_t pid)
{
	return (struct candidate){
		.index = CANDIDATE_NO_SEAT,
		.unknown = true,
		.who = { .pid = pid, .uid = UINT32_MAX },
	};
}
