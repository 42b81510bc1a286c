/* See bpf.h: built with BPF=0, without any of it. */
#include "supervisor/bpf.h"

#include <errno.h>

void bpf_load(const struct bpf_wish *wish)
{
	(void)wish;
}

const char *bpf_why_not(enum bpf_part part)
{
	(void)part;
	return "built without BPF (make BPF=0)";
}

int bpf_program(enum roll_program program)
{
	(void)program;
	return -ENOENT;
}

int bpf_iterator_open(void)
{
	return -ENOENT;
}

int bpf_sleepers_look(const struct sleepers **ret_sleepers)
{
	(void)ret_sleepers;
	return -ENOENT;
}

int bpf_events_fd(enum bpf_part part)
{
	(void)part;
	return -ENOENT;
}

int bpf_events_take(enum bpf_part part, bpf_notify *notify, void *context)
{
	(void)part;
	(void)notify;
	(void)context;
	return -ENOENT;
}

uint64_t bpf_events_lost(enum bpf_part part)
{
	(void)part;
	return 0;
}

int bpf_watch_group(uint64_t inode, uint32_t slot)
{
	(void)inode;
	(void)slot;
	return -ENOENT;
}

void bpf_drop_group(uint64_t inode)
{
	(void)inode;
}

void bpf_answer_group(uint64_t inode)
{
	(void)inode;
}
