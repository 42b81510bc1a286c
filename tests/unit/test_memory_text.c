/*
 * memory.stat and /proc/meminfo as captured on 6.18: whole texts give the sizes, texts cut anywhere give
 * the same or nothing, and no line is taken for another.
 * Linked with supervisor/memory_text.c and base/text.c.
 */
#include <errno.h>

#include "supervisor/memory_text.h"
#include "unit/unit.h"

#define OWN                                                                                        \
	"cache 1\nrss 2\nrss_huge 0\nshmem 4\nmapped_file 5\ndirty 6\nwriteback 0\nswap 0\n"       \
	"swapcached 0\npgpgin 85415\npgfault 124245\ninactive_anon 0\nactive_anon 1531904\n"       \
	"inactive_file 16384\nactive_file 196608\nunevictable 23162880\n"                          \
	"hierarchical_memory_limit 9223372036854771712\n"
#define TOTAL                                                                                      \
	"total_cache 369967104\ntotal_rss 27058176\ntotal_rss_huge 2097152\ntotal_shmem 9068544\n" \
	"total_mapped_file 11001856\ntotal_dirty 188416\ntotal_writeback 4096\n"                   \
	"total_workingset_refault_anon 0\ntotal_workingset_refault_file 18731126\n"                \
	"total_swap 8192\ntotal_swapcached 0\ntotal_pgpgin 151183356\ntotal_pgfault 192252044\n"   \
	"total_inactive_anon 11169792\ntotal_active_anon 1605632\n"                                \
	"total_inactive_file 170299392\ntotal_active_file 190595072\ntotal_unevictable 23166976\n"

static const uint64_t sizes[FACTS_STAT_COUNT] = {
	[FACTS_STAT_CACHE] = 369967104,		[FACTS_STAT_RSS] = 27058176,
	[FACTS_STAT_RSS_HUGE] = 2097152,	[FACTS_STAT_SHMEM] = 9068544,
	[FACTS_STAT_MAPPED_FILE] = 11001856,	[FACTS_STAT_DIRTY] = 188416,
	[FACTS_STAT_WRITEBACK] = 4096,		[FACTS_STAT_SWAP] = 8192,
	[FACTS_STAT_INACTIVE_ANON] = 11169792,	[FACTS_STAT_ACTIVE_ANON] = 1605632,
	[FACTS_STAT_INACTIVE_FILE] = 170299392, [FACTS_STAT_ACTIVE_FILE] = 190595072,
	[FACTS_STAT_UNEVICTABLE] = 23166976,	[FACTS_STAT_KERNEL] = UINT64_MAX,
};

START_TEST(whole_text_gives_the_subtree)
{
	struct facts_memory memory = { .sampled_nsec = 7 };

	memory_text_stat(OWN TOTAL, &memory);
	for (int i = 0; i < FACTS_STAT_COUNT; i++)
		ck_assert_msg(memory.value[i] == sizes[i], "value %d", i);
	ck_assert_uint_eq(memory.sampled_nsec, 7);
}
END_TEST

START_TEST(what_is_not_said_is_not_made_up)
{
	struct facts_memory memory;

	memory_text_stat(OWN, &memory);
	for (int i = 0; i < FACTS_STAT_COUNT; i++)
		ck_assert_uint_eq(memory.value[i], UINT64_MAX);
}
END_TEST

START_TEST(cut_anywhere_gives_the_same_or_nothing)
{
	char text[] = OWN TOTAL;

	for (size_t length = sizeof(text); length-- > 0;) {
		struct facts_memory memory;

		text[length] = '\0';
		memory_text_stat(text, &memory);
		for (int i = 0; i < FACTS_STAT_COUNT; i++)
			ck_assert(memory.value[i] == sizes[i] || memory.value[i] == UINT64_MAX);
	}
}
END_TEST

static const char *const hostile[] = {
	"",
	"\n",
	"total_cache",
	"total_cache \n",
	"total_cache x\n",
	"total_cache -1\n",
	"total_cache 1x\n",
	"total_cache 18446744073709551616\n",
	"xtotal_cache 1\n",
	"total_cache_x 1\n",
	"cache 1 total_cache 2\n",
	" 5\n",
	"\n 5\n",
};

START_TEST(nonsense_says_nothing)
{
	struct facts_memory memory;

	memory_text_stat(hostile[_i], &memory);
	for (int i = 0; i < FACTS_STAT_COUNT; i++)
		ck_assert_msg(memory.value[i] == UINT64_MAX, "%s", hostile[_i]);
}
END_TEST

#define MEMINFO                                                                                    \
	"MemTotal:        8127236 kB\nMemFree:          202712 kB\nMemAvailable:    6049324 kB\n"  \
	"Buffers:               8 kB\n"

START_TEST(available_is_found)
{
	uint64_t bytes;

	ck_assert_int_eq(memory_text_available(MEMINFO, &bytes), 0);
	ck_assert_uint_eq(bytes, 6049324ULL * 1024);
}
END_TEST

static const char *const no_available[] = {
	"",
	"MemFree: 1 kB\n",
	"MemAvailable:\n",
	"MemAvailable: 12",
	"MemAvailable: 12 k",
	"MemAvailable: 12 MB\n",
	"MemAvailable: 18446744073709551615 kB\n",
	"xMemAvailable: 1 kB\n",
};

START_TEST(nothing_else_is_available)
{
	uint64_t bytes = 0x5a;

	ck_assert_int_eq(memory_text_available(no_available[_i], &bytes), -EBADMSG);
	ck_assert_uint_eq(bytes, 0x5a);
}
END_TEST

int main(void)
{
	TCase *tests;
	Suite *suite = unit_suite("memory_text", &tests);

	tcase_add_test(tests, whole_text_gives_the_subtree);
	tcase_add_test(tests, what_is_not_said_is_not_made_up);
	tcase_add_test(tests, cut_anywhere_gives_the_same_or_nothing);
	tcase_add_loop_test(tests, nonsense_says_nothing, 0, UNIT_COUNT(hostile));
	tcase_add_test(tests, available_is_found);
	tcase_add_loop_test(tests, nothing_else_is_available, 0, UNIT_COUNT(no_available));
	return unit_run(suite);
}
