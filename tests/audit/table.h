/*
 * What the audit counts: for each system call of the handler's two threads how often it was made, and what
 * the kernel did for it that can make a caller wait: memory it allocated, locks on address spaces it took,
 * pages that were not there. Written by the programs in the kernel (audit.bpf.c), read by the test.
 *
 * Included by both: fixed widths, nothing of the C library but <stdint.h>.
 */
#pragma once

#include <stdint.h>

enum audit_role {
	AUDIT_LOOP, /* the handler's first thread */
	AUDIT_ADOPT, /* any other */
	AUDIT_ROLES, /* a power of two */
};

enum audit_event {
	AUDIT_KMALLOC,
	AUDIT_CACHE, /* kmem_cache_alloc */
	AUDIT_PAGE, /* mm_page_alloc */
	AUDIT_ALLOCATIONS,
	AUDIT_MMAP_LOCK = AUDIT_ALLOCATIONS, /* taken or asked for, anybody's */
	AUDIT_FAULT, /* page faults, in user mode or not */
	AUDIT_EVENTS,
};

#define AUDIT_CALLS 512 /* a power of two, above every number of a system call */
#define AUDIT_OUTSIDE (AUDIT_CALLS - 1) /* between two calls */

struct audit_cell {
	uint64_t calls;
	uint64_t all[AUDIT_EVENTS];
	uint64_t most[AUDIT_EVENTS]; /* in one call */
	uint64_t site[AUDIT_EVENTS]; /* where in the kernel, the latest; 0: not told */
};

struct audit_table {
	uint64_t kills; /* SIGKILL sent by the loop */
	struct audit_cell cell[AUDIT_ROLES][AUDIT_CALLS];
};
