/*
 * The roll: every process of one subtree of groups as a program in the kernel found it at one instant,
 * and the orders such programs carry out. The handler writes question and orders, runs a program, and
 * reads what it has written: all of that in one thread, one after the other, so nothing here is atomic.
 *
 * It is a BPF map of one element (BPF_F_MMAPABLE), made by the guardian, so that it outlives whoever
 * loads the programs, and mapped like the tables. Where the kernel gives no such map, it is memory that
 * nobody fills, and no program ever arrives.
 *
 * Included by bpf/ as well: fixed widths, no atomics, nothing of the C library but <stdint.h>.
 */
#pragma once

#include <stdint.h>

#include "shared/process.h"

#define ROLL_TASKS 8192 /* a power of two */
#define ROLL_SIZES 128 /* see roll_size_class() */
#define ROLL_DEPTH 64 /* groups between a task and the top that are looked through */

/* Programs of the handler, in the order of their descriptors in WIRE_PROGRAMS. */
enum roll_program {
	ROLL_CALL, /* answers the question */
	ROLL_FIND, /* carries out the orders without a signal: who is still there? */
	ROLL_SIGNAL, /* carries them out */
	ROLL_PROGRAM_COUNT,
};

struct roll_question {
	uint64_t number; /* grows with each */
	uint64_t inode; /* of the group at the top */
	uint64_t at_least; /* pages resident and swapped: smaller processes are only counted, ... */
	uint64_t
		class_most; /* ... as are more than so many in the size class of at_least; 0: no bound */
	uint64_t exact_from; /* pages: smaller processes may be estimated (FACT_ESTIMATED) */
};

struct roll_answer {
	uint64_t number; /* of the question; any other: the program did not get that far */
	int32_t error; /* negative errno, 0 */
	uint32_t complete; /* 1: the walk came to its end */
	uint32_t listed; /* entries of task[] */
	uint32_t total; /* processes met; more than listed: it was cut */
	uint32_t estimated; /* of the listed ones, FACT_ESTIMATED */
	uint32_t exact_most; /* so many can be added up exactly in one run */
	uint32_t sizes[ROLL_SIZES]; /* of all that were met, how many in each class, as estimated */
};

/* Units: bytes. One that has begun to let go of its memory is listed as dying, with no size. */
struct roll_task {
	uint32_t pid; /* of the process */
	uint32_t live; /* a thread of it that still lives: pid, or another behind a zombie leader */
	uint64_t start_nsec; /* CLOCK_BOOTTIME; with pid it is the identity */
	uint64_t inode; /* of the group it is in */
	uint64_t mm; /* equal for those who share a memory; 0: it certainly shares with nobody */
	uint32_t uid; /* real */
	int32_t oom_score_adj;
	uint32_t flags; /* enum fact_flag */
	uint32_t parent_pid;
	uint64_t vm_size;
	uint64_t anon;
	uint64_t file;
	uint64_t shmem;
	uint64_t swap;
	uint64_t page_tables;
	char comm[FACTS_COMM_SIZE]; /* raw: hostile */
	char exe[FACTS_EXE_SIZE]; /* basename of the executable; raw; empty: none */
};

struct roll_order {
	uint32_t pid;
	uint32_t live; /* as in roll_task */
	uint64_t start_nsec;
	int32_t error; /* -ESRCH: another process has the number, or nobody; else of the signal */
	uint32_t padding;
};

struct roll {
	struct roll_question question;
	struct roll_answer answer;
	uint32_t signal_number;
	uint32_t orders; /* entries of order[] */
	uint32_t carried_out; /* of these: fewer, the program ended early */
	uint32_t padding;
	struct roll_order order[ROLL_TASKS];
	struct roll_task task[ROLL_TASKS];
};

/*
 * Class of a size: four per power of two, from pages on; the last one holds everything above. Classes
 * grow with sizes, so a bound between two of them parts small from large without sorting.
 */
static inline uint32_t roll_size_class(uint64_t pages)
{
	uint32_t bit = 0;

	if (pages < 4)
		return (uint32_t)pages;
	for (uint32_t step = 32; step; step /= 2)
		if (pages >> bit >> step)
			bit += step;
	/* bit: of the highest one set, at least 2 */
	bit = bit * 4 + ((pages >> (bit - 2)) & 3) - 4;
	return bit < ROLL_SIZES ? bit : ROLL_SIZES - 1;
}

/* The smallest number of pages in @class. */
static inline uint64_t roll_size_floor(uint32_t class)
{
	return class < 4 ? class : (uint64_t)(4 + class % 4) << (class / 4 - 1);
}
