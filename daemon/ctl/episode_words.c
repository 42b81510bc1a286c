/* See episode_words.h. The words are those of the supervisor's outcome_words.c. */
#include "ctl/episode_words.h"

#include <stddef.h>
#include <string.h>

struct word {
	const char *name; /* in the record; NULL ends the list */
	const char *meaning;
};

static const struct word kinds[] = {
	{ "resolved", "resolved by the daemon" },
	{ "passed", "ended by itself before a step did anything" },
	{ "handed-back", "handed to the kernel's killer" },
	{ "unresolved",
	  "not resolved: there is nobody whom even the kernel's killer could kill, or it "
	  "did not help" },
	{ "group-gone", "the group was removed meanwhile" },
	{ "foreign", "left alone: another group's limit, whose killer somebody else switched off" },
	{ "dry-run", "dry run, nothing was changed" },
	{ "alloc-failure", "allocations failed, nobody was put to sleep and nothing was done" },
	{ NULL, NULL },
};

static const struct word tiers[] = {
	{ "first", "first choice" },
	{ "kernel-thread", "never chosen: a kernel thread" },
	{ "init", "never chosen: process 1 of the host" },
	{ "ours", "never chosen: part of this daemon" },
	{ "dying", "never chosen: dying already" },
	{ "adj", "never chosen: oom_score_adj is -1000" },
	{ "protected", "never chosen: protected" },
	{ "shim", "never chosen: a container's shim" },
	{ "unknown", "never chosen: what it is is not known" },
	{ "sharer", "goes with the one whose memory it shares" },
	{ "tried", "signalled before in this episode" },
	{ "prefer", "not preferred, the one above is" },
	{ "avoid", "avoided, the one above is not" },
	{ "unit", "its group uses less than that of the one above" },
	{ "age", "after the one above by age" },
	{ "oom-score", "less badness than the one above" },
	{ "memory", "less memory than the one above" },
	{ "pid", "same memory as the one above, lower pid" },
	{ NULL, NULL },
};

static const struct word ends[] = {
	{ "waiting", "not seen to exit" },
	{ "refused", "not signalled" },
	{ "spared", "would have been killed" },
	{ NULL, NULL },
};

static const struct word results[] = {
	{ "would", "would have been taken" },
	{ "over-budget", "not taken, the kill budget is used up" },
	{ NULL, NULL },
};

static const struct word proofs[] = {
	{ "none", "none" },
	{ "level", "nobody was asleep for a second (level)" },
	{ "kills", "the kernel counted a kill (kills)" },
	{ "calm", "charges succeed below the limit (calm)" },
	{ NULL, NULL },
};

static const struct word orders[] = {
	{ "memory", "the most memory first" },
	{ "newest", "the newest first" },
	{ "oldest", "the oldest first" },
	{ "oom-score", "the highest badness first" },
	{ NULL, NULL },
};

static const struct word methods[] = {
	{ "pidfd", "through a pidfd" },
	{ "bpf", "from within the kernel" },
	{ NULL, NULL },
};

static const char *find(const struct word *words, const char *name)
{
	for (; words->name; words++)
		if (strcmp(words->name, name) == 0)
			return words->meaning;
	return name;
}

const char *episode_kind_meaning(const char *kind)
{
	return find(kinds, kind);
}

const char *episode_tier_meaning(const char *tier)
{
	return find(tiers, tier);
}

const char *episode_end_meaning(const char *end)
{
	return find(ends, end);
}

const char *episode_result_meaning(const char *result)
{
	return find(results, result);
}

const char *episode_proof_meaning(const char *proof)
{
	return find(proofs, proof);
}

const char *episode_method_meaning(const char *method)
{
	return find(methods, method);
}

const char *episode_order_meaning(const char *order)
{
	return find(orders, order);
}
