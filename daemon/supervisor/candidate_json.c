/* See candidate_json.h. Sizes and numbers come from another process and are taken as they are. */
#include "supervisor/candidate_json.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "supervisor/json_add.h"
#include "supervisor/outcome_words.h"

/* The rule with @number among those of @list, counted from 1; NULL when there is none. */
static const struct policy_rule *rule_find(const struct policy_rules *rules, uint32_t list,
					   uint32_t number)
{
	for (uint32_t i = 0; rules && i < rules->count && i < POLICY_RULES; i++)
		if (rules->rule[i].list == list && --number == 0)
			return &rules->rule[i];
	return NULL;
}

const char *candidate_rule(const struct outcome_candidate *who, const struct policy_rules *rules,
			   char text[static CANDIDATE_RULE_SIZE])
{
	static const char *const keys[] = {
		[RULE_PREFER] = "Prefer",
		[RULE_AVOID] = "Avoid",
		[RULE_PROTECT] = "Protect",
		[RULE_SHIM] = "Shims",
	};
	static_assert(sizeof(keys) / sizeof(keys[0]) == RULE_LIST_COUNT, "a key each");
	const struct policy_rule *rule;

	if (who->rule == 0 || who->rule_list >= RULE_LIST_COUNT)
		return NULL;
	rule = rule_find(rules, who->rule_list, who->rule);
	if (rule)
		(void)snprintf(text, CANDIDATE_RULE_SIZE, "%s=%.*s", keys[who->rule_list],
			       RULE_TEXT_SIZE, rule->text);
	else
		(void)snprintf(text, CANDIDATE_RULE_SIZE, "%s= rule %u", keys[who->rule_list],
			       who->rule);
	return text;
}

const char *candidate_group(struct groups *groups, uint64_t inode, struct group_view *view)
{
	if (!groups || groups_view_inode(groups, inode, view) < 0)
		(void)snprintf(view->label, sizeof(view->label), "inode:%llu",
			       (unsigned long long)inode);
	return view->label;
}

/* What /proc does not tell. A lock that is free, or of which nothing is known, is null. */
static void add_instant(struct json_object *object, uint32_t flags)
{
	static const struct {
		uint32_t flag;
		const char *text;
	} holds[] = {
		{ FACT_MMAP_WRITER, "held for writing" },
		{ FACT_MMAP_READERS, "held for reading" },
		{ FACT_MMAP_WAITERS, "waited for" },
	};
	char text[64] = "";

	for (size_t i = 0; i < sizeof(holds) / sizeof(holds[0]); i++)
		if (flags & holds[i].flag)
			(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
				       *text ? ", " : "", holds[i].text);
	json_add_flag(object, "frozen", flags & FACT_FROZEN);
	json_add_flag(object, "estimated", flags & FACT_ESTIMATED);
	json_add_nullable(object, "mmap_lock", *text ? text : NULL);
}

static void add_sizes(struct json_object *object, const struct outcome_candidate *who)
{
	uint64_t named = who->file + who->shmem;

	json_add_number(object, "vm_size", who->vm_size);
	json_add_number(object, "rss", who->rss);
	json_add_number(object, "anon", who->rss > named ? who->rss - named : 0);
	json_add_number(object, "file", who->file);
	json_add_number(object, "shmem", who->shmem);
	json_add_number(object, "swap", who->swap);
	json_add_number(object, "page_tables", who->page_tables);
	json_add_signed(object, "badness", who->badness);
}

static void add_age(struct json_object *object, const struct outcome_candidate *who,
		    struct nsec moment)
{
	struct nsec age = nsec_between((struct nsec){ who->start_nsec }, moment);

	json_add_known(object, "age_msec",
		       who->start_nsec ? age.count / NSEC_PER_MSEC : UINT64_MAX);
}

struct json_object *candidate_json_new(const struct outcome_candidate *who,
				       const struct candidate_names *names)
{
	struct json_object *object = json_object_new_object();
	char rule[CANDIDATE_RULE_SIZE];
	struct group_view view;

	if (!object)
		return NULL;
	json_add_number(object, "pid", who->pid);
	json_add_number(object, "uid", who->uid);
	json_add_name(object, "comm", who->comm, sizeof(who->comm));
	if (who->exe[0])
		json_add_name(object, "exe", who->exe, sizeof(who->exe));
	else
		json_add_nullable(object, "exe", NULL);
	json_add_signed(object, "oom_score_adj", who->oom_score_adj);
	json_add_flag(object, "asleep", who->flags & FACT_ASLEEP);
	add_instant(object, who->flags);
	add_sizes(object, who);
	json_add_number(object, "sharers", who->sharers);
	json_add_text(object, "tier", outcome_tier_name(who->tier));
	json_add_nullable(object, "rule", candidate_rule(who, names->rules, rule));
	add_age(object, who, names->moment);
	json_add_text(object, "cgroup", candidate_group(names->groups, who->inode, &view));
	return object;
}
