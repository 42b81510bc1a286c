/*
 * The second half of the sentence: why this process and not the one behind it. What put the second one
 * behind the first is recorded with it (its tier), and that is the reason.
 */
#pragma once

#include <stddef.h>

#include "supervisor/sentence.h"

struct because {
	char *text; /* borrowed */
	size_t size;
	size_t used;
	unsigned int clauses; /* reasons given so far */
};

/* What does not fit is cut. */
void because_say(struct because *because, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "java (pid 4711)", with those that share its memory. */
void because_say_name(struct because *because, const struct outcome_candidate *who);

/* "2 protected, 1 shim": why nobody may be chosen, as far as the listed ones go. */
void because_say_tally(struct because *because, const struct ranking *ranking);

/* ", because ... and ...": the group that goes first, then everything that put its first one there. */
void because_say_unit(struct because *because, const struct sentence *sentence);
void because_say_reasons(struct because *because, const struct sentence *sentence);
