/*
 * All of our programs, in one object. They are one translation unit because the linker of libbpf 1.1
 * cannot join two objects that call the same function of the kernel. Each can be left out when loading
 * ("?"), and the supervisor loads them part by part (supervisor/bpf.c).
 */
#include "roll_call.h"

#include "iter.h"
#include "lifecycle.h"
#include "orders.h"
#include "sleepers.h"
#include "tree.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";
