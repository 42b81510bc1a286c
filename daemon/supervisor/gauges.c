/* See gauges.h. */
#include "supervisor/gauges.h"

#include <errno.h>
#include <fcntl.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/text.h"
#include "supervisor/memory_text.h"
#include "supervisor/view_file.h"

/* memory.stat has 1.2 KiB on 6.18, /proc/meminfo 1.5 KiB; MemAvailable is its third line. */
#define GAUGE_TEXT_SIZE 8192

static int file_read(const struct group_view *view, const char *name,
		     char text[static GAUGE_TEXT_SIZE])
{
	int fd = view_file_open(view, name);
	int ret;

	if (fd < 0)
		return fd;
	ret = io_read_at_start(fd, text, GAUGE_TEXT_SIZE);
	io_close(&fd);
	return ret < 0 ? ret : 0;
}

/* Absent without CONFIG_MEMCG_KMEM. */
static uint64_t kernel_use(const struct group_view *view)
{
	char text[GAUGE_TEXT_SIZE];
	uint64_t value;

	if (file_read(view, KNOB_FILE_KERNEL_USAGE, text) < 0 ||
	    text_to_u64(text, NULL, &value) < 0)
		return UINT64_MAX;
	return value;
}

int gauges_read_group(struct facts *facts, const struct group_view *view)
{
	struct facts_memory memory = { .sampled_nsec = clock_now().count };
	char text[GAUGE_TEXT_SIZE];
	int ret = file_read(view, KNOB_FILE_STAT, text);

	if (ret < 0)
		return ret;
	memory_text_stat(text, &memory);
	memory.value[FACTS_STAT_KERNEL] = kernel_use(view);
	facts_write_memory(facts, view->slot, &memory);
	return 0;
}

void gauges_forget_group(struct facts *facts, uint32_t slot)
{
	facts_write_memory(facts, slot, &(struct facts_memory){ 0 });
}

int gauges_read_host(struct facts *facts)
{
	static int meminfo = -1; /* the thread's own; read from its start it is always new */
	uint64_t start = clock_now().count, available;
	char text[GAUGE_TEXT_SIZE];
	int ret;

	if (meminfo < 0)
		meminfo = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	if (meminfo < 0)
		return -errno;
	ret = io_read_at_start(meminfo, text, sizeof(text));
	if (ret >= 0)
		ret = memory_text_available(text, &available);
	if (ret < 0)
		return ret;
	atomic_store_explicit(&facts->available_bytes, available, memory_order_relaxed);
	/* release: whoever sees the time sees a value that is at least as new */
	atomic_store_explicit(&facts->available_nsec, start, memory_order_release);
	return 0;
}
