/*
 * Whom the reader is asked about next, and what becomes of its answer. One question at a time, group by
 * group in turn, so that a group full of new processes, or of such that cost a reader each, is waited for
 * by nobody but itself. What is asked about a group that is running out of memory waits until that is
 * over: the handler decides with what is there.
 *
 * Context: sampler thread; never waits.
 */
#pragma once

#include "supervisor/process_details.h"
#include "supervisor/reader_line.h"

/* A group one of whose members has cost a reader. */
struct details_group {
	uint32_t generation; /* of the slot this is about */
	struct nsec not_before;
	struct nsec back_off;
};

/* An entry, and the process it stood for when it was asked about. */
struct details_entry {
	uint32_t index;
	uint32_t generation; /* 0: none */
};

struct details {
	struct processes *processes; /* borrowed for the program's life */
	bool (*in_episode)(uint32_t slot); /* the group or one above it */
	struct details_entry asked;
	struct details_entry parent; /* its parent, when the two may share their memory */
	uint32_t last_slot; /* whose turn it was */
	struct details_group groups[ROSTER_SLOTS];
};

void details_init(struct details *details, struct processes *processes,
		  bool (*in_episode)(uint32_t slot));

/**
 * details_ask() - the next question, if there is one and the reader is free
 *
 * Return:  true when a question is on its way: details_hear() is due.
 */
bool details_ask(struct details *details, struct reader_line *line);

/**
 * details_hear() - the end of the question that is on its way
 * @event:  not READER_LINE_QUIET
 * @answer: of READER_LINE_ANSWERED only
 *
 * An answer is taken only for a process that lives on after it: then it was about no other one.
 */
void details_hear(struct details *details, enum reader_line_event event,
		  const struct reader_answer *answer);
