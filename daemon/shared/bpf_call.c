/* See bpf_call.h. */
#include "shared/bpf_call.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf_call(enum bpf_cmd command, union bpf_attr *attr)
{
	long out = syscall(SYS_bpf, command, attr, sizeof(*attr));

	return out < 0 ? -errno : (int)out;
}

int bpf_map_make(const char *name, size_t size)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr)); /* the kernel wants the padding to be zero too */
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = sizeof(uint32_t);
	attr.value_size = (uint32_t)size;
	attr.max_entries = 1;
	attr.map_flags = BPF_F_MMAPABLE;
	strncpy(attr.map_name, name, sizeof(attr.map_name) - 1);
	return bpf_call(BPF_MAP_CREATE, &attr);
}

int bpf_map_size(int map, size_t *ret_size)
{
	struct bpf_map_info info;
	union bpf_attr attr;
	int ret;

	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)map;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uint64_t)(uintptr_t)&info;
	ret = bpf_call(BPF_OBJ_GET_INFO_BY_FD, &attr);
	if (ret == 0)
		*ret_size = info.value_size;
	return ret;
}

int bpf_run(int program)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = (uint32_t)program;
	return bpf_call(BPF_PROG_TEST_RUN, &attr);
}
