/* The part of bpf.h that is the same with and without BPF. */
#include "supervisor/bpf.h"

static const char *const part_names[BPF_PART_COUNT] = {
	[BPF_PART_ROLL] = "roll",	    [BPF_PART_SIGNAL] = "signal",
	[BPF_PART_ITER] = "iter",	    [BPF_PART_SLEEPERS] = "sleepers",
	[BPF_PART_LIFECYCLE] = "lifecycle", [BPF_PART_TREE] = "tree",
};

const char *bpf_part_name(enum bpf_part part)
{
	return part_names[part];
}
