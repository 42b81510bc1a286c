/*
 * The reader: a process of its own that reads those files of /proc that can hang for as long as the
 * process they tell of likes (KERNEL.md K8). It is made to be lost: whoever asks it waits with a deadline,
 * kills it and starts another one (reader_line.h). `oomhandlerd-supervisor --read-processes` is its only
 * entry; it has no descriptor of the daemon's but the socket it is asked through.
 *
 *     sampler ──request──▶ reader        one at a time, one datagram each
 *             ◀──answer───               the first answer, number 0, says that it is there
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/exit_code.h"
#include "shared/facts.h"

#define READER_SOCKET 3 /* SOCK_SEQPACKET */
#define READER_WCHAN_SIZE 64

enum reader_question {
	READER_DETAILS, /* what a fact says beyond /proc/PID/status */
	READER_SLEEP, /* where in the kernel it sleeps, and in which group it is */
};

struct reader_request {
	uint32_t number; /* from 1; comes back with the answer */
	uint32_t question; /* enum reader_question */
	uint32_t pid;
	uint32_t
		parent_pid; /* READER_DETAILS: does it share its memory with this one? 0: not asked */
};

struct reader_answer {
	uint32_t number;
	uint32_t error; /* errno of what could not be read, 0; the rest then says nothing */
	union {
		struct {
			uint64_t start_nsec; /* CLOCK_BOOTTIME */
			bool shares;
			char exe[FACTS_EXE_SIZE];
			char cmdline[FACTS_CMDLINE_SIZE];
		} details;
		struct {
			char wchan[READER_WCHAN_SIZE];
			char group
				[ROSTER_PATH_SIZE]; /* of the memory hierarchy; "" when it does not fit */
		} sleep;
	};
};

/**
 * reader_run() - answer until the other end is closed
 *
 * Context: the whole life of the process.
 * Return:  its exit status; FAILURE when it was not started by the sampler.
 */
enum exit_code reader_run(void);
