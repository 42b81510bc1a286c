/*
 * `explain` in one sentence: what would happen if the group ran out of memory now, and because of what.
 * A pure function over a ranking: the table beside it says the same in numbers.
 */
#pragma once

#include "ranking/ranking.h"

#define SENTENCE_SIZE 2048

/* What the policy would be worth at this moment. */
enum sentence_standing {
	SENTENCE_APPLIES,
	SENTENCE_DRY_RUN,
	SENTENCE_UNARMED, /* enforced, but the kernel's killer is in charge for now: .why */
	SENTENCE_IGNORED,
	SENTENCE_REFUSED, /* .why */
	SENTENCE_UNMATCHED, /* .why: what else there is to know, or NULL */
};

/* All pointers are borrowed. What follows .why is used for the first three standings alone. */
struct sentence {
	enum sentence_standing standing;
	const char *why;
	const struct policy *policy;
	const struct policy_rules *rules;
	const struct ranking *ranking;
	const char
		*unit; /* Unit=group: escaped path of the child group that goes first; else NULL */
	struct bytes unit_use;
	struct bytes limit_found; /* before any loan */
	struct bytes limit; /* now */
	struct nsec moment; /* CLOCK_BOOTTIME: ages are those at this time */
	bool unmeasured; /* most of the memory belongs to members without facts */
	bool asks_kernel; /* an episode would have everybody measured at that instant */
	bool last_resort; /* not even the kernel could; ranked without regard to -1000 */
};

/* Index of the first step of the policy that would do something now. */
uint32_t sentence_first_step(const struct sentence *sentence);

/* Whether one process of the ranking would be acted upon: else everybody, or the kernel's choice. */
bool sentence_has_victim(const struct sentence *sentence);

/* Return: @text, printable, without a full stop; what does not fit is cut. */
char *sentence_make(const struct sentence *sentence, char text[static SENTENCE_SIZE]);
