/* Loads the programs of audit.bpf.c and reads what they count. See audit.h. */
#include "audit/audit.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <audit.skel.h>

#include "cgroup/test.h"

static struct audit_bpf *audit;

/* A kernel in whose BTF a tracepoint is missing, or that lets nobody load: nothing can be seen there. */
static void refused(const char *what, int ret)
{
	audit_bpf__destroy(audit);
	test_skip("cannot %s programs at tracepoints: %s", what, strerror(-ret));
}

void audit_start(pid_t pid)
{
	struct stat namespace;
	int ret;

	expect(stat("/proc/self/ns/pid", &namespace) == 0);
	audit = audit_bpf__open();
	expect(audit);
	audit->rodata->target.namespace_device = namespace.st_dev;
	audit->rodata->target.namespace_inode = namespace.st_ino;
	audit->rodata->target.pid = (uint32_t)pid;
	ret = audit_bpf__load(audit);
	if (ret < 0)
		refused("load", ret);
	ret = audit_bpf__attach(audit);
	if (ret < 0)
		refused("attach", ret);
}

const struct audit_table *audit_stop(void)
{
	audit_bpf__detach(audit);
	return &audit->bss->table;
}
