/*
 * Rules about victims: `comm:java*`, `uid:1000..1999`, and the bare names of Shims=. A rule is text here
 * and an automaton or a range in struct policy_rules.
 */
#pragma once

#include <stdbool.h>

#include "settings/problems.h"
#include "shared/policy.h"

/* What a policy is written with, beside what it is run with: owner: whoever reads a policy file. */
struct rule_source {
	unsigned int line;
	char *name; /* the one name a pattern without wildcards stands for, raw; NULL: there are more */
};

struct rule_sources {
	struct rule_source list[POLICY_RULES]; /* a source per rule */
	bool full; /* that there are too many has been said */
};

/**
 * rules_append() - the words of one line of @list
 * @site: errors go there, and each rule remembers its line
 *
 * A word that cannot be used is left out; so is what is beyond POLICY_RULES, which is said once.
 */
void rules_append(struct policy_rules *rules, struct rule_sources *sources, enum rule_list list,
		  const char *text, const struct problem_site *site);

/**
 * rules_overlap() - whether two rules evidently name the same process
 *
 * Evident are ranges with a number in common, patterns with the same text, and a name without wildcards
 * that the other rule's pattern takes. Rules of two kinds may meet in one process; that is never evident.
 */
bool rules_overlap(const struct policy_rules *rules, const struct rule_sources *sources,
		   const uint32_t pair[static 2]);

void rule_sources_done(struct rule_sources *sources);
