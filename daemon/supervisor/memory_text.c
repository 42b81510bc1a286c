/* See memory_text.h. */
#include "supervisor/memory_text.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"

static const char *const stat_keys[] = {
	[FACTS_STAT_CACHE] = "total_cache",
	[FACTS_STAT_RSS] = "total_rss",
	[FACTS_STAT_RSS_HUGE] = "total_rss_huge",
	[FACTS_STAT_SHMEM] = "total_shmem", /* since 4.10 */
	[FACTS_STAT_MAPPED_FILE] = "total_mapped_file",
	[FACTS_STAT_DIRTY] = "total_dirty",
	[FACTS_STAT_WRITEBACK] = "total_writeback",
	[FACTS_STAT_SWAP] = "total_swap", /* with swap accounting only */
	[FACTS_STAT_INACTIVE_ANON] = "total_inactive_anon",
	[FACTS_STAT_ACTIVE_ANON] = "total_active_anon",
	[FACTS_STAT_INACTIVE_FILE] = "total_inactive_file",
	[FACTS_STAT_ACTIVE_FILE] = "total_active_file",
	[FACTS_STAT_UNEVICTABLE] = "total_unevictable",
	[FACTS_STAT_KERNEL] =
		"", /* memory.kmem.usage_in_bytes: no line begins with nothing and a blank */
};
static_assert(sizeof(stat_keys) / sizeof(stat_keys[0]) == FACTS_STAT_COUNT, "a key each");

/* The number of a line "KEY[ ]NUMBER"; @ret_end: what follows it, which tells whether it is whole. */
static int field_find(const char *text, const char *key, const char **ret_end, uint64_t *ret_value)
{
	size_t length = strlen(key);

	for (const char *line = text; line && length; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, length) == 0 && line[length] == ' ')
			return text_to_u64(line + length + strspn(line + length, " "), ret_end,
					   ret_value);
	}
	return -ENOENT;
}

void memory_text_stat(const char *text, struct facts_memory *ret_memory)
{
	for (enum facts_stat stat = 0; stat < FACTS_STAT_COUNT; stat++) {
		const char *end;
		uint64_t value;
		int ret = field_find(text, stat_keys[stat], &end, &value);

		ret_memory->value[stat] = ret == 0 && *end == '\n' ? value : UINT64_MAX;
	}
}

int memory_text_available(const char *text, uint64_t *ret_bytes)
{
	const char *end;
	uint64_t kib, bytes;

	if (field_find(text, "MemAvailable:", &end, &kib) < 0 || strncmp(end, " kB\n", 4) != 0 ||
	    __builtin_mul_overflow(kib, BYTES_PER_KIB, &bytes))
		return -EBADMSG;
	*ret_bytes = bytes;
	return 0;
}
