/*
 * The pulse: who is alive, in which incarnation, and what each could get of the privileges it asked
 * for. A beat is a counter that its owner raises; whoever watches one counts his own punctual ticks and
 * never compares clocks, so a machine that was paused is late everywhere and accuses nobody.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "shared/roster.h"

enum pulse_scheduling {
	PULSE_SCHEDULING_NORMAL,
	PULSE_SCHEDULING_NICE,
	PULSE_SCHEDULING_FIFO,
};

/* Writer: the process it describes. */
struct pulse_regime {
	_Atomic uint32_t scheduling; /* enum pulse_scheduling */
	_Atomic uint32_t locked; /* mlockall succeeded */
	_Atomic uint32_t oom_protected; /* oom_score_adj is -1000 */
	_Atomic uint32_t io_flusher; /* PR_SET_IO_FLUSHER was granted */
	_Atomic uint32_t pid;
	_Atomic uint32_t wakeups; /* returns from epoll_wait */
};

struct pulse {
	/* Writer: guardian. */
	_Atomic uint32_t
		epoch; /* raised by every fence; the handler compares before each knob write */
	_Atomic uint32_t handler_generation; /* raised before a handler is started, from 1 */
	_Atomic uint32_t supervisor_generation;
	_Atomic uint32_t supervisor_up; /* 1 while it lives and beats */
	_Atomic uint32_t hand_backs; /* times the guardian handed everything back */
	_Atomic uint32_t overdue; /* groups it handed back because their deadline had passed */
	_Atomic uint32_t padding;
	_Atomic uint64_t guardian_beat;
	_Atomic uint32_t
		guardian_held[ROSTER_SLOTS]; /* roster generation it can hand back; 0: none */
	/*
	 * Raised before the guardian writes 0 to a group. The handler compares it beside the epoch and
	 * arms again only when the OOM is proven to be over: 1 written too early puts the task that was
	 * about to be killed back to sleep (KERNEL.md K3). It survives the handler.
	 */
	_Atomic uint32_t overruled[ROSTER_SLOTS];
	/* Writer: handler. */
	_Atomic uint64_t handler_beat;
	_Atomic uint32_t handler_ready; /* handler_generation once it serves */
	/* Writer: supervisor. */
	_Atomic uint32_t
		supervisor_ready; /* supervisor_generation once it is through its first scan */
	_Atomic uint64_t supervisor_beat;
	struct pulse_regime guardian;
	struct pulse_regime handler;
};
