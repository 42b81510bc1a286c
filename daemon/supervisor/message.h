/*
 * One message to people: a line, and the same as fields for the journal. The MESSAGE_IDs are part of the
 * interface: catalog entries and filters refer to them, so one that was released is never changed.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum message_kind {
	MESSAGE_RESOLVED, /* the first ones in the order of enum outcome_kind */
	MESSAGE_PASSED,
	MESSAGE_HANDED_BACK,
	MESSAGE_UNRESOLVED,
	MESSAGE_GROUP_GONE,
	MESSAGE_FOREIGN,
	MESSAGE_DRY_RUN,
	MESSAGE_ALLOC_FAILURE,
	MESSAGE_STARTED,
	MESSAGE_ARMED,
	MESSAGE_RELEASED,
	MESSAGE_REFUSED,
	MESSAGE_RELOADED,
	MESSAGE_RELOAD_FAILED,
	MESSAGE_WARNING,
	MESSAGE_KIND_COUNT,
};

/* Random 128-bit numbers, made once with `systemd-id128 new`; see sd-journal(3) on MESSAGE_ID=. */
#define MESSAGE_ID_RESOLVED "cefddc9d0f144a3396060d163e5b9f01"
#define MESSAGE_ID_PASSED "ee7c990945ac485b814634d5d5fc6533"
#define MESSAGE_ID_HANDED_BACK "eeb4df5037a74ffa92f5177b3ea22c45"
#define MESSAGE_ID_UNRESOLVED "dda7acd56add4901b9735b26e0b152dd"
#define MESSAGE_ID_GROUP_GONE "9b9db75fbb0743d2bbd6d94bd25fa7a5"
#define MESSAGE_ID_FOREIGN "f9c22b4ab600436ebf38d462b4f9eec2"
#define MESSAGE_ID_DRY_RUN "de0d30e2a8d74f11983118452cc44513"
#define MESSAGE_ID_ALLOC_FAILURE "7867fa277d2744e988322a9beda60aa1"
#define MESSAGE_ID_STARTED "ccb2f999536d4f09b890f9a4f55a0cb0"
#define MESSAGE_ID_ARMED "7a1a523831704828ab2ea5297dd73a87"
#define MESSAGE_ID_RELEASED "73f2c2b36f8641dfa54d369623ab8ed5"
#define MESSAGE_ID_REFUSED "825eb72090644ca5a403f2db4d9d0da7"
#define MESSAGE_ID_RELOADED "04f6f933ee8b474b9e0193a87983e4e5"
#define MESSAGE_ID_RELOAD_FAILED "6f8cc3b2ea094592ab7582c61a3bf47b"
#define MESSAGE_ID_WARNING "8d6e92b222244ec8bab3c4fec2765112"

#define MESSAGE_FIELDS 40
#define MESSAGE_SPACE 8192 /* all fields together */
#define MESSAGE_TEXT_SIZE 4096 /* the line: two escaped paths and what fits beside them */

struct message {
	enum message_kind kind;
	char text[MESSAGE_TEXT_SIZE]; /* the line, without the program's name */
	size_t field_count;
	const char *fields[MESSAGE_FIELDS]; /* KEY=value, into @space */
	size_t used;
	char space[MESSAGE_SPACE];
};

void message_init(struct message *message, enum message_kind kind);

/* Adds to the line. What does not fit is cut. */
void message_say(struct message *message, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds a field KEY=value. One that does not fit is left out. */
void message_add(struct message *message, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * message_send() - to the journal where there is one, else one line to standard error
 *
 * The journal is taken when standard error is connected to it (JOURNAL_STREAM) or the service manager
 * started us (NOTIFY_SOCKET); a journal that refuses makes it standard error after all.
 *
 * Context: a thread that may block: a stuck journal or terminal stops its caller.
 */
void message_send(const struct message *message);
