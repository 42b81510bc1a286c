/* See listener.h. */
#include "bench/listener.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup/test.h"
#include "supervisor/bpf.h"
#include "supervisor/layout.h"

#define REST_MSEC 50 /* as between two takings of the sampler (lifecycle.c) */
#define GONE_MSEC 100 /* for the kernel to take programs back that nobody holds */
#define SLOT 1

struct ear {
	_Atomic bool listening;
	_Atomic uint64_t taken;
	_Atomic uint64_t lost;
	char why_not[160];
};

static struct ear *ear;
static pid_t listener;

static void load(void)
{
	struct bpf_wish wish = { .roll = -1 };

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	wish.parts[BPF_PART_LIFECYCLE] = true;
	if (layout_hierarchy("memory", &wish.hierarchy) < 0)
		_exit(1);
	bpf_load(&wish);
}

static void heard(void *context, const void *event)
{
	(void)context;
	(void)event;
	atomic_fetch_add(&ear->taken, 1);
}

static void __attribute__((noreturn)) listen_to(uint64_t inode)
{
	struct pollfd news = { .events = POLLIN };

	load();
	news.fd = bpf_events_fd(BPF_PART_LIFECYCLE);
	if (news.fd < 0 || bpf_watch_group(inode, SLOT) < 0)
		_exit(2);
	atomic_store(&ear->listening, true);
	while (poll(&news, 1, -1) == 1) {
		if (bpf_events_take(BPF_PART_LIFECYCLE, heard, NULL) < 0)
			_exit(3);
		atomic_store(&ear->lost, bpf_events_lost(BPF_PART_LIFECYCLE));
		bpf_answer_group(inode);
		test_nap_msec(REST_MSEC);
	}
	_exit(4);
}

static void __attribute__((noreturn)) try_to_load(void)
{
	const char *why_not;

	load();
	why_not = bpf_why_not(BPF_PART_LIFECYCLE);
	(void)snprintf(ear->why_not, sizeof(ear->why_not), "%s", why_not ? why_not : "");
	_exit(0);
}

const char *listener_why_not(void)
{
	pid_t pid;

	ear = mmap(NULL, sizeof(*ear), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	expect(ear != MAP_FAILED);
	pid = fork();
	expect(pid >= 0);
	if (pid == 0)
		try_to_load();
	expect(waitpid(pid, NULL, 0) == pid);
	return ear->why_not[0] ? ear->why_not : NULL;
}

void listener_start(const struct cg *cg)
{
	uint64_t inode = cg_inode(cg);

	expect(listener == 0);
	*ear = (struct ear){ .listening = false };
	listener = fork();
	expect(listener >= 0);
	if (listener == 0)
		listen_to(inode);
	expect_within(10000, atomic_load(&ear->listening));
}

struct listener_count listener_stop(void)
{
	expect(waitpid(listener, NULL, WNOHANG) == 0 && kill(listener, SIGKILL) == 0);
	expect(waitpid(listener, NULL, 0) == listener);
	listener = 0;
	test_nap_msec(GONE_MSEC);
	return (struct listener_count){ .taken = atomic_load(&ear->taken),
					.lost = atomic_load(&ear->lost) };
}
