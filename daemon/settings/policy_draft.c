/* See policy_draft.h. One function for each thing that can be wrong with the whole. */
#include "settings/policy_draft.h"

#include "settings/policy_text.h"
#include "settings/quantity.h"

static unsigned int line_of(const struct policy_draft *draft, const char *key)
{
	return draft->lines[option_find(&policy_options, key) - policy_options.rows];
}

static const struct policy_step *step_find(const struct policy *policy, enum step_kind kind)
{
	for (uint32_t i = 0; i < policy->step_count; i++)
		if (policy->step[i].kind == kind)
			return &policy->step[i];
	return NULL;
}

/* The longest that a step keeps the next one waiting. Who is dead in time is no reason to wait. */
static uint64_t step_wait(const struct policy_step *step)
{
	switch ((enum step_kind)step->kind) {
	case STEP_TERMINATE:
		return step->grace.count;
	case STEP_FREEZE:
		return step->hold_for.count;
	case STEP_HOOK:
	case STEP_KILL:
	case STEP_KILL_GROUP:
		return step->timeout.count;
	case STEP_RAISE_LIMIT:
	case STEP_KERNEL:
	case STEP_KIND_COUNT:
		break;
	}
	return 0;
}

/* What is behind a kill is there for its time-out; where only the kernel follows, the deadline is one. */
static bool may_be_cut_short(const struct policy *policy, uint32_t index)
{
	enum step_kind kind = policy->step[index].kind;

	return (kind == STEP_KILL || kind == STEP_KILL_GROUP) &&
	       policy->step[index + 1].kind == STEP_KERNEL;
}

/* @ret_last: the last step that has to wait. */
static struct nsec steps_wait(const struct policy *policy, uint32_t *ret_last)
{
	struct nsec sum = { 0 };

	*ret_last = 0;
	for (uint32_t i = 0; i + 1 < policy->step_count; i++) {
		uint64_t wait = may_be_cut_short(policy, i) ? 0 : step_wait(&policy->step[i]);

		sum.count += wait;
		*ret_last = wait ? i : *ret_last;
	}
	return sum;
}

/* A step behind the last wait needs some time of its own: any is enough. */
static void judge_deadline(const struct policy_draft *draft, struct problems *problems)
{
	const struct policy *policy = &draft->file.policy;
	unsigned int line = line_of(draft, "Deadline");
	char deadline[QUANTITY_SIZE], sum[QUANTITY_SIZE];
	uint32_t last;
	struct nsec wait = steps_wait(policy, &last);
	bool follows = policy->step[last + 1].kind != STEP_KERNEL;

	if (policy->deadline.count > wait.count ||
	    (policy->deadline.count == wait.count && !follows))
		return;
	problems_add(problems, draft->file.path, line ? line : draft->step_lines[last], false,
		     "%sDeadline=%s leaves no time for the steps, expected %s%s",
		     line ? "" : "the default ",
		     quantity_print_span(policy->deadline, deadline, sizeof(deadline)),
		     follows ? "more than " : "at least ",
		     quantity_print_span(wait, sum, sizeof(sum)));
}

static void judge_overlap(const struct policy_draft *draft, const uint32_t pair[static 2],
			  struct problems *problems)
{
	const struct policy_rule *first = &draft->file.rules.rule[pair[0]];
	const struct policy_rule *second = &draft->file.rules.rule[pair[1]];
	bool harmless = first->list == RULE_AVOID || second->list == RULE_AVOID;

	problems_add(problems, draft->file.path, draft->sources.list[pair[1]].line, harmless,
		     "%s=%s meets %s=%s on line %u, expected %s",
		     policy_describe_list(second->list), second->text,
		     policy_describe_list(first->list), first->text,
		     draft->sources.list[pair[0]].line,
		     harmless ? "one of them: who is preferred and avoided is avoided"
			      : "no process in both");
}

static bool lists_clash(enum rule_list left, enum rule_list right)
{
	return (left == RULE_PREFER && (right == RULE_AVOID || right == RULE_PROTECT)) ||
	       (right == RULE_PREFER && (left == RULE_AVOID || left == RULE_PROTECT));
}

static void judge_rules(const struct policy_draft *draft, struct problems *problems)
{
	const struct policy_rules *rules = &draft->file.rules;

	for (uint32_t i = 0; i < rules->count; i++)
		for (uint32_t j = 0; j < i; j++) {
			const uint32_t pair[] = { j, i };

			if (lists_clash(rules->rule[j].list, rules->rule[i].list) &&
			    rules_overlap(rules, &draft->sources, pair))
				judge_overlap(draft, pair, problems);
		}
}

static void judge_nothing_freed(const struct policy_draft *draft, struct problems *problems)
{
	const struct policy *policy = &draft->file.policy;

	if (step_find(policy, STEP_KILL) || step_find(policy, STEP_KILL_GROUP) ||
	    step_find(policy, STEP_TERMINATE))
		return;
	problems_add(problems, draft->file.path, draft->step_lines[0], true,
		     "no step of it frees memory: that is left to the kernel's killer");
}

/* Everybody is killed: who goes first matters only to the kernel's killer behind. */
static bool kills_everybody(const struct policy *policy)
{
	for (uint32_t i = 0; i < policy->step_count; i++)
		if (policy->step[i].kind == STEP_KILL || policy->step[i].kind == STEP_TERMINATE ||
		    policy->step[i].kind == STEP_HOOK)
			return false;
	return step_find(policy, STEP_KILL_GROUP) && policy->unit == POLICY_UNIT_PROCESS;
}

static void judge_ranking(const struct policy_draft *draft, struct problems *problems)
{
	static const char *const keys[] = { "Order", "Prefer", "Avoid" };

	if (!kills_everybody(&draft->file.policy))
		return;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (line_of(draft, keys[i]))
			problems_add(problems, draft->file.path, line_of(draft, keys[i]), true,
				     "%s= matters to the kernel's killer alone: kill-group with "
				     "Unit=process kills all",
				     keys[i]);
}

static void judge_kill_group(const struct policy_draft *draft, struct problems *problems)
{
	if (step_find(&draft->file.policy, STEP_KILL_GROUP) && line_of(draft, "Protect"))
		problems_add(problems, draft->file.path, line_of(draft, "Protect"), true,
			     "kill-group may not complete without a freezer group: of a process "
			     "that was forked meanwhile nobody knows whether Protect= names it");
}

static void judge_ignored(const struct policy_draft *draft, struct problems *problems)
{
	static const char *const keys[] = {
		"Children",   "Prefer",		"Avoid",      "Protect", "Order",
		"Unit",	      "ProtectAdj",	"Shims",      "Step",	 "Deadline",
		"KillBudget", "OnAllocFailure", "LastResort",
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (line_of(draft, keys[i])) {
			problems_add(problems, draft->file.path, line_of(draft, keys[i]), true,
				     "%s= has no effect with Mode=ignore", keys[i]);
			return;
		}
}

void policy_draft_judge(const struct policy_draft *draft, struct problems *problems)
{
	judge_deadline(draft, problems);
	judge_rules(draft, problems);
	if (draft->file.policy.mode == POLICY_IGNORE) {
		judge_ignored(draft, problems);
		return;
	}
	judge_nothing_freed(draft, problems);
	judge_ranking(draft, problems);
	judge_kill_group(draft, problems);
}
