/* The audit in a build without BPF. See audit.h. */
#include "audit/audit.h"

#include <stddef.h>

#include "cgroup/test.h"

void audit_start(pid_t pid)
{
	(void)pid;
	test_skip("built with BPF=0, and only a program in the kernel sees this");
}

const struct audit_table *audit_stop(void)
{
	return NULL;
}
