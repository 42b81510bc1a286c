/*
 * What the kernel's texts say about memory: a group's memory.stat, and the host's /proc/meminfo. A line
 * that lacks its end may have been cut in the middle of its number, and then says nothing.
 */
#pragma once

#include "shared/facts.h"

/**
 * memory_text_stat() - the values of a whole subtree from the text of a group's memory.stat
 * @text:       NUL-terminated; cut anywhere
 * @ret_memory: what the text does not say is UINT64_MAX, and so is FACTS_STAT_KERNEL, which another file
 *              says; sampled_nsec is left alone
 *
 * Units:   bytes.
 * Source:  the hierarchical total_* lines (Documentation/admin-guide/cgroup-v1/memory.rst, 6.12).
 * Context: any; no allocation.
 */
void memory_text_stat(const char *text, struct facts_memory *ret_memory);

/**
 * memory_text_available() - MemAvailable from the text of /proc/meminfo, in bytes
 *
 * Errors:  -EBADMSG when the line is missing, cut or not in KiB; @ret_bytes is then untouched.
 */
int memory_text_available(const char *text, uint64_t *ret_bytes);
