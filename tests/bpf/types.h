/* Where a kernel's types say that a field lies. */
#pragma once

struct btf;

/**
 * types_offset() - offset of a field, in bytes
 * @field: "struct mm_struct___old.rss_stat.count[1].counter": a flavour (___) is not looked at
 *
 * Return:  the offset, or -ENOENT.
 */
int types_offset(const struct btf *types, const char *field);
