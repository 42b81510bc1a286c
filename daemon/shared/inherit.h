/*
 * What the guardian's children find open: descriptor numbers they agree on, and the tables behind them.
 * The guardian keeps all of it open for its whole life, so the tables outlive either child.
 */
#pragma once

#include <stdbool.h>

#include "shared/facts.h"
#include "shared/ledger.h"
#include "shared/outcome.h"
#include "shared/pulse.h"
#include "shared/roll.h"
#include "shared/roster.h"

/* Eventfds of memory.oom_control: group in slot n is registered on number n % INHERIT_EVENTS. */
#define INHERIT_EVENTS 64

enum inherit_fd {
	INHERIT_ROSTER = 3, /* the tables, in this order: memfds, and the roll */
	INHERIT_FACTS,
	INHERIT_OUTCOMES,
	INHERIT_LEDGER,
	INHERIT_PULSE,
	INHERIT_ROLL,
	INHERIT_GUARDIAN, /* pidfd of the guardian */
	INHERIT_HANDLER_SOCKET, /* handler: reads; supervisor: writes; the guardian keeps both ends */
	INHERIT_GUARDIAN_SOCKET, /* supervisor: writes */
	INHERIT_WAKE_HANDLER, /* eventfds */
	INHERIT_WAKE_SUPERVISOR,
	INHERIT_WAKE_SAMPLER,
	INHERIT_EVENT_FIRST,
	INHERIT_END = INHERIT_EVENT_FIRST + INHERIT_EVENTS,
};

struct tables {
	struct roster *roster;
	struct facts *facts;
	struct outcomes *outcomes;
	struct ledger *ledger;
	struct pulse *pulse;
	struct roll *roll;
};

/* Which tables a program may write; the others are mapped read-only. */
struct tables_access {
	bool roster;
	bool facts;
	bool outcomes;
	bool ledger;
	bool roll; /* else it is not mapped at all: nobody but the handler and the kernel has to do with it */
};

#define TABLES 6

/**
 * tables_create() - the guardian's part: tables of full size, not yet mapped
 * @fds: in the order of enum inherit_fd, close-on-exec
 *
 * The roll is a BPF map; where bpf(2) is not to be had it is a memfd too.
 *
 * Errors:  the negative errno of memfd_create or ftruncate; nothing is left open.
 */
int tables_create(int fds[static TABLES]);

/**
 * tables_map() - map the tables
 * @fds:     in the order of enum inherit_fd
 * @access:  what this program writes; the pulse is always writable
 *
 * Context: start; a size that is not this build's is refused, so programs of two versions never share
 *          a table.
 * Errors:  -EPROTO for a size that is not ours, else the negative errno of fstat, bpf or mmap.
 */
int tables_map(const int fds[static TABLES], struct tables_access access,
	       struct tables *ret_tables);
