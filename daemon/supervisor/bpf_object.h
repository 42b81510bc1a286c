/*
 * What a loaded part looks like from inside, for bpf.c and bpf_events.c alone: the struct is made by
 * bpftool from the object file.
 */
#pragma once

#include "oomhandlerd.skel.h"
#include "supervisor/bpf.h"

/* NULL: not loaded. */
struct oomhandlerd_bpf *bpf_object(enum bpf_part part);
