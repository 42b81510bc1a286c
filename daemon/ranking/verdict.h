/*
 * What the rules of a policy say of one process, taken once per snapshot so that the order itself is
 * about numbers alone. And one process as the order sees it, made from its facts: the same for the
 * handler in an episode and for `explain`.
 */
#pragma once

#include <stdbool.h>

#include "shared/outcome.h"

#define CANDIDATE_NO_SEAT UINT32_MAX

/*
 * Number of the first rule of each list that names the process, from 1; 0: none. Doubt: that of the first
 * Protect= rule that could not be asked, because it is about details that are not known; 0 when another
 * one protects the process anyway.
 */
struct verdict {
	uint8_t rule[RULE_LIST_COUNT];
	uint8_t doubt;
};

struct candidate {
	uint32_t
		index; /* in facts, by which its descriptors are found; CANDIDATE_NO_SEAT: not there */
	uint32_t generation; /* of the fact */
	uint32_t slot; /* its group's, or of the nearest one above that has a slot */
	uint32_t live; /* a thread of it that still lives, for orders to the kernel; 0: not known */
	/* Equal, and from /proc with equal vm_size, for those who share a memory; 0: shares with nobody. */
	uint64_t mm;
	bool unknown; /* nothing but its pid is known */
	uint32_t stands_for; /* ranking_prepare(): pid of the one that stands for it, 0: itself */
	bool seen; /* the kernel's own list of members names it */
	struct verdict verdict;
	uint64_t unit_use; /* Unit=group: use of its child group, in bytes */
	uint64_t
		unit_inode; /* Unit=group: which one; that of the group itself for its own members */
	struct outcome_candidate who; /* its tier and rule are set by ranking_make() */
};

/**
 * verdict_of() - what @rules say of the process of @fact
 * @path: of its group, below the hierarchy's root; "" when it is not known: then no cgroup: rule applies
 *
 * Without FACT_DETAILS no exe: rule applies, and without FACT_CMDLINE no cmdline: rule. A Protect= rule that could not be asked for
 * one of these reasons is the verdict's doubt.
 *
 * Context: any; no allocation, no system call; linear in the length of the names.
 */
struct verdict verdict_of(const struct policy_rules *rules, const struct fact *fact,
			  const char path[static ROSTER_PATH_SIZE]);

/* The candidate of @fact, entry @index of the table, in the group with @inode. Its unit is left empty. */
struct candidate candidate_of(const struct policy_rules *rules, const struct fact *fact,
			      uint32_t index, uint64_t inode,
			      const char path[static ROSTER_PATH_SIZE]);

/* A member of which nothing but its pid is known. */
struct candidate candidate_unknown(uint32_t pid);

/* What its death would free, as far as the facts tell: resident, swapped, page tables. */
static inline struct bytes candidate_memory(const struct candidate *candidate)
{
	return (struct bytes){ .count = candidate->who.rss + candidate->who.swap +
					candidate->who.page_tables };
}
