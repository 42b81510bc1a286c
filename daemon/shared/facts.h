/*
 * The facts: processes of the roster's groups and their sizes, as the supervisor's sampler last read
 * them from /proc. Sampler → handler. The handler itself never reads /proc: a file there can hang on a
 * lock that a sleeper holds (KERNEL.md K8).
 *
 * The handler asks by writing outcome.board[slot].wanted and signalling the sampler; the sampler answers
 * by refreshing every process of that slot's subtree and then setting group[slot].sampled. An answer
 * that does not come in time costs freshness, nothing else.
 *
 * Writer: the sampler thread. An entry's generation changes whenever it stands for another process.
 */
#pragma once

#include "base/sequence.h"
#include "shared/process.h"
#include "shared/roster.h"

#define FACTS_PROCESSES 8192
#define FACTS_CMDLINE_SIZE 256

/* Units: bytes, as /proc/PID/status says them in KiB. Source: proc(5), measured safe on 5.10 to 6.18. */
struct fact {
	uint32_t generation; /* 0: free */
	uint32_t pid;
	uint32_t slot; /* the group it is a direct member of */
	uint32_t slot_generation;
	uint32_t uid; /* real */
	int32_t oom_score_adj;
	uint32_t flags; /* enum fact_flag */
	uint32_t parent_pid;
	/*
	 * Details: read when the process was met, and when its name changed, by a process that may be lost
	 * over it; never during an episode. mm: the lowest pid seen of those that share its memory, 0: it
	 * shares with nobody. start: CLOCK_BOOTTIME; without FACT_DETAILS when it was first met.
	 */
	uint32_t mm;
	uint32_t padding;
	uint64_t start_nsec;
	char comm[FACTS_COMM_SIZE]; /* raw: hostile */
	char exe[FACTS_EXE_SIZE]; /* basename of the executable; raw */
	char cmdline[FACTS_CMDLINE_SIZE]; /* arguments with a blank between; raw, NUL-terminated */
	uint64_t vm_size;
	uint64_t anon;
	uint64_t file;
	uint64_t shmem;
	uint64_t swap;
	uint64_t page_tables;
	uint64_t sampled_nsec; /* CLOCK_MONOTONIC */
};

_Static_assert(sizeof(struct fact) % 8 == 0, "copied in words by sequence_load()");

/* What memory.stat says of the whole subtree, and the kernel's own use, in bytes. */
enum facts_stat {
	FACTS_STAT_CACHE,
	FACTS_STAT_RSS,
	FACTS_STAT_RSS_HUGE,
	FACTS_STAT_SHMEM,
	FACTS_STAT_MAPPED_FILE,
	FACTS_STAT_DIRTY,
	FACTS_STAT_WRITEBACK,
	FACTS_STAT_SWAP,
	FACTS_STAT_INACTIVE_ANON,
	FACTS_STAT_ACTIVE_ANON,
	FACTS_STAT_INACTIVE_FILE,
	FACTS_STAT_ACTIVE_FILE,
	FACTS_STAT_UNEVICTABLE,
	FACTS_STAT_KERNEL, /* memory.kmem.usage_in_bytes */
	FACTS_STAT_COUNT,
};

struct facts_memory {
	uint64_t sampled_nsec; /* CLOCK_MONOTONIC; 0: never */
	uint64_t value[FACTS_STAT_COUNT]; /* UINT64_MAX: the kernel does not say */
};

struct facts {
	/* Slot number + 1 of the owner, 0 for a free entry: a scan for one group touches only this. */
	_Atomic uint32_t owner[FACTS_PROCESSES];
	struct {
		struct sequence sequence;
		struct fact fact;
	} processes[FACTS_PROCESSES];
	struct {
		_Atomic uint64_t sampled_nsec; /* the whole subtree is at least as fresh as this */
		_Atomic uint32_t
			missed; /* processes of the subtree that found no room, or unreadable */
		uint32_t padding;
	} group[ROSTER_SLOTS];
	struct {
		struct sequence sequence;
		struct facts_memory memory;
	} memory[ROSTER_SLOTS]; /* of managed slots: read with every sampling the handler asks for */
	_Atomic uint32_t processes_used; /* all entries from here on are free */
	uint32_t padding;
	_Atomic uint64_t available_bytes; /* MemAvailable of /proc/meminfo */
	_Atomic uint64_t available_nsec; /* ... read at; CLOCK_MONOTONIC */
};

static inline int facts_read(const struct facts *facts, uint32_t index, struct fact *ret_fact)
{
	return sequence_load(&facts->processes[index].sequence, ret_fact,
			     &facts->processes[index].fact, sizeof(*ret_fact));
}

/* Sampler only. */
static inline void facts_write(struct facts *facts, uint32_t index, const struct fact *source)
{
	sequence_store(&facts->processes[index].sequence, &facts->processes[index].fact, source,
		       sizeof(*source));
	atomic_store_explicit(&facts->owner[index], source->generation ? source->slot + 1 : 0,
			      memory_order_release);
}

/* Sampler only. */
static inline void facts_write_memory(struct facts *facts, uint32_t slot,
				      const struct facts_memory *source)
{
	sequence_store(&facts->memory[slot].sequence, &facts->memory[slot].memory, source,
		       sizeof(*source));
}

static inline int facts_read_memory(const struct facts *facts, uint32_t slot,
				    struct facts_memory *ret_memory)
{
	return sequence_load(&facts->memory[slot].sequence, ret_memory, &facts->memory[slot].memory,
			     sizeof(*ret_memory));
}
