/*
 * Watches the handler from inside the kernel, without stopping it as a tracer does: each tracepoint that
 * one of its threads passes is booked on the system call the thread is in. All memory is there before the
 * first event, so the audit allocates nothing that it would have to count.
 */
#include "kernel.h"

#include "audit/table.h"

#define SIGKILL 9
#define PROCESSORS 1024 /* a power of two; above it numbers are folded */

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* The handler, by the number that the test knows it by, and the pid namespace where that is its number. */
const volatile struct {
	uint64_t namespace_device, namespace_inode;
	uint32_t pid;
} target = { 0 };

struct audit_table table;

/* Of each role, the call it is in; each is written by one thread alone. */
struct {
	uint32_t call;
	uint64_t events[AUDIT_EVENTS];
} thread[AUDIT_ROLES];

/*
 * An interrupt runs in whatever thread it meets, and what it allocates is not that thread's doing. Set and
 * cleared, never counted: an entry or an exit that was missed when the programs were attached costs one
 * interrupt, not all that come after it.
 */
struct {
	bool hard, soft;
} interrupt[PROCESSORS];

/* uapi/linux/bpf.h */
struct bpf_pidns_info {
	uint32_t pid, tgid;
};

static uint32_t processor(void)
{
	return bpf_get_smp_processor_id() & (PROCESSORS - 1);
}

/* Return: the role of the thread that runs here, AUDIT_ROLES for all that is not the handler's own doing. */
static uint32_t role_here(void)
{
	struct bpf_pidns_info id = { 0 };

	if (interrupt[processor()].hard || interrupt[processor()].soft)
		return AUDIT_ROLES;
	if (bpf_get_ns_current_pid_tgid(target.namespace_device, target.namespace_inode, &id,
					sizeof(id)) < 0 ||
	    id.tgid != target.pid)
		return AUDIT_ROLES;
	return id.pid == id.tgid ? AUDIT_LOOP : AUDIT_ADOPT;
}

static void book(enum audit_event event, uint64_t site)
{
	uint32_t role = role_here(), call;
	struct audit_cell *cell;
	uint64_t events;

	if (role >= AUDIT_ROLES)
		return;
	call = thread[role].call & (AUDIT_CALLS - 1);
	cell = &table.cell[role][call];
	events = ++thread[role].events[event];
	if (events > cell->most[event])
		cell->most[event] = events;
	cell->all[event]++;
	cell->site[event] = site;
}

static void thread_enters(uint32_t role, uint32_t call)
{
	if (role >= AUDIT_ROLES)
		return;
	call &= AUDIT_CALLS - 1;
	thread[role].call = call;
	for (int event = 0; event < AUDIT_EVENTS; event++)
		thread[role].events[event] = 0;
	table.cell[role][call].calls++;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_call, const void *registers, long number)
{
	thread_enters(role_here(), (uint32_t)number);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_return, const void *registers, long out)
{
	thread_enters(role_here(), AUDIT_OUTSIDE);
	return 0;
}

SEC("tp_btf/kmalloc")
int BPF_PROG(on_kmalloc, unsigned long site)
{
	book(AUDIT_KMALLOC, site);
	return 0;
}

SEC("tp_btf/kmem_cache_alloc")
int BPF_PROG(on_cache, unsigned long site)
{
	book(AUDIT_CACHE, site);
	return 0;
}

SEC("tp_btf/mm_page_alloc")
int BPF_PROG(on_page)
{
	book(AUDIT_PAGE, 0);
	return 0;
}

SEC("tp_btf/mmap_lock_start_locking")
int BPF_PROG(on_mmap_lock)
{
	book(AUDIT_MMAP_LOCK, 0);
	return 0;
}

SEC("tp_btf/page_fault_user")
int BPF_PROG(on_fault, unsigned long address)
{
	book(AUDIT_FAULT, address);
	return 0;
}

SEC("tp_btf/page_fault_kernel")
int BPF_PROG(on_fault_in_kernel, unsigned long address)
{
	book(AUDIT_FAULT, address);
	return 0;
}

SEC("tp_btf/signal_generate")
int BPF_PROG(on_signal, int number)
{
	if (number == SIGKILL && role_here() == AUDIT_LOOP)
		table.kills++;
	return 0;
}

/* The ends first: they are attached in this order, and who was seen to begin must be seen to end. */
SEC("tp_btf/irq_handler_exit")
int BPF_PROG(on_hard_exit)
{
	interrupt[processor()].hard = false;
	return 0;
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(on_soft_exit)
{
	interrupt[processor()].soft = false;
	return 0;
}

SEC("tp_btf/irq_handler_entry")
int BPF_PROG(on_hard_entry)
{
	interrupt[processor()].hard = true;
	return 0;
}

SEC("tp_btf/softirq_entry")
int BPF_PROG(on_soft_entry)
{
	interrupt[processor()].soft = true;
	return 0;
}
