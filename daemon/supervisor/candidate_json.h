/*
 * One process of a ranking as a JSON object: the same in a record, where an episode chose, and in
 * `explain`, where nothing has happened yet.
 */
#pragma once

#include <json-c/json.h>

#include "base/units.h"
#include "shared/outcome.h"
#include "supervisor/groups.h"

#define CANDIDATE_RULE_SIZE (RULE_TEXT_SIZE + 24)

/* What the numbers of a candidate stand for; all borrowed for the call. */
struct candidate_names {
	struct groups *groups; /* NULL: a group goes by its inode */
	const struct policy_rules *rules; /* it was judged by; NULL: a rule goes by its number */
	struct nsec moment; /* CLOCK_BOOTTIME: ages are those at this time */
};

/**
 * candidate_json_new() - {"pid","uid","comm","exe","oom_score_adj","asleep","frozen","estimated",
 * "mmap_lock","vm_size","rss","anon","file","shmem","swap","page_tables","badness","sharers","tier","rule",
 * "age_msec","cgroup"}
 *
 * Context: any thread of the supervisor; allocates; takes the lock of @names->groups shortly.
 * Return:  an object the caller puts; NULL without memory.
 */
struct json_object *candidate_json_new(const struct outcome_candidate *who,
				       const struct candidate_names *names);

/**
 * candidate_rule() - `Prefer=comm:java*`, the rule that gave @who its place
 * @rules: NULL: they are gone, and it reads `Prefer= rule 2`
 *
 * Return:  @text, printable; NULL when no rule had a say.
 */
const char *candidate_rule(const struct outcome_candidate *who, const struct policy_rules *rules,
			   char text[static CANDIDATE_RULE_SIZE]);

/* The escaped path of the group with @inode, `inode:77` when nobody knows it. Return: view->label. */
const char *candidate_group(struct groups *groups, uint64_t inode, struct group_view *view);
