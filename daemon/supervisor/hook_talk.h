/*
 * What is said to the socket of a `hook` step, and what its answer means. One line of JSON there; the
 * answer is the end of the connection, or a line `ok`.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/units.h"
#include "shared/facts.h"
#include "supervisor/groups.h"

#define HOOK_LINE_SIZE (2 * GROUP_LABEL_SIZE + 512) /* JSON doubles the backslashes of a label */
#define HOOK_ANSWER_SIZE 16 /* of the only line that is one */

struct hook_news {
	const char *cgroup; /* escaped */
	const char *policy; /* escaped */
	pid_t victim; /* 0: nobody could be chosen */
	char victim_comm[FACTS_COMM_SIZE]; /* raw; empty: not known */
	struct bytes limit;
	struct bytes usage;
};

/**
 * hook_talk_line() - {"cgroup","policy","victim_pid","victim_comm","limit","usage"} and a newline
 *
 * victim_pid and victim_comm are null where there is none.
 *
 * Errors:  -ENOMEM; -E2BIG for what does not fit.
 * Return:  length without the NUL.
 */
int hook_talk_line(const struct hook_news *news, char line[static HOOK_LINE_SIZE]);

enum hook_talk_answer {
	HOOK_TALK_MORE, /* it has not said all yet */
	HOOK_TALK_DONE,
	HOOK_TALK_STRANGE, /* neither an end nor `ok` */
};

/* @text: what it has said so far; @ended: it has closed the connection. */
enum hook_talk_answer hook_talk_hear(const char *text, size_t length, bool ended);
