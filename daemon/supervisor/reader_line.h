/*
 * The line to the reader (reader.h): starts it when it is needed, asks one thing at a time, and gives it up
 * when an answer does not come in time. A reader that was given up is killed and forgotten: it may not
 * even be able to die, and nobody waits for that.
 *
 * Context: one thread, which must live as long as the process: the kernel kills the reader with it.
 */
#pragma once

#include "base/units.h"
#include "supervisor/reader.h"

#define READER_LINE_LOST                                                                           \
	4 /* killed readers that are not gone yet; with more no new one is started */

struct reader_line {
	const char
		*program; /* what is executed with --read-processes; borrowed for the line's life */
	int socket; /* -1: no reader */
	int pidfd; /* -1: no reader */
	bool here; /* it has said so */
	bool busy; /* a request is under way */
	bool told; /* that it cannot be started */
	uint32_t number; /* of the last request */
	struct nsec deadline; /* until it is here, or has answered */
	struct nsec start_after;
	struct nsec back_off;
	int lost[READER_LINE_LOST]; /* pidfds, -1: free */
};

enum reader_line_event {
	READER_LINE_QUIET, /* nothing new */
	READER_LINE_ANSWERED,
	READER_LINE_FAILED, /* the request under way will never be answered */
};

/* @program: a path for execv(2). */
void reader_line_init(struct reader_line *line, const char *program);

/**
 * reader_line_ready() - may a request be sent now?
 *
 * Starts a reader when there is none and none has failed lately. Never waits. That it cannot be started
 * is reported once.
 */
bool reader_line_ready(struct reader_line *line);

/**
 * reader_line_ask() - send a request
 * @request: its number is filled in
 *
 * Context: after reader_line_ready() only.
 * Errors:  the negative errno of send: the reader is gone, and nothing is under way.
 */
int reader_line_ask(struct reader_line *line, struct reader_request *request);

/* What has come, or failed to come in time. @ret_answer: of READER_LINE_ANSWERED only. */
enum reader_line_event reader_line_take(struct reader_line *line, struct reader_answer *ret_answer);

/* When reader_line_take() is due without a word from the reader; UINT64_MAX: not at all. */
struct nsec reader_line_deadline(const struct reader_line *line);
