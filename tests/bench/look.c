/* See look.h. */
#include "bench/look.h"

#include <stddef.h>

static const char *always(void)
{
	return NULL;
}

const struct look looks[LOOK_COUNT] = {
	[LOOK_BPF] = { "bpf", look_bpf_why_not, look_bpf },
	[LOOK_ITER] = { "iter", look_iter_why_not, look_iter },
	[LOOK_FACTS] = { "facts", always, look_facts },
	[LOOK_PROC] = { "/proc", always, look_proc },
};

void looks_prepare(const struct cg *cg)
{
	look_kernel_prepare();
	look_facts_prepare(cg);
}
