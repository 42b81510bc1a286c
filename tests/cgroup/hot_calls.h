/*
 * The list of all that the handler's loop may ask of the kernel, and of what the kernel may allocate to
 * answer. Two tests hold the loop against it: 026-syscalls through a tracer, in every kind of step, and
 * 060-audit from inside the kernel, call by call. See CONTRIBUTING.md, "The hot path".
 *
 * No call on it takes a lock of an address space or faults in a page.
 */
#pragma once

struct hot_call {
	const char *name;
	int number;
	/*
	 * Allocations in one call, at the most. Any of them may find its cache empty and refill it: one of
	 * pages, and one of kmalloc() where the cache is accounted (alloc_slab_obj_exts, 6.18).
	 */
	unsigned int kmalloc;
	unsigned int cache; /* kmem_cache_alloc() */
};

/* NULL: not on the list. */
const struct hot_call *hot_call_named(const char *name);
const struct hot_call *hot_call_numbered(int number);
