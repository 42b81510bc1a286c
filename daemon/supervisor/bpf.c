/*
 * See bpf.h. Where the kernel does not take all parts together, the one object is opened once for each,
 * with that part's programs and maps switched on and all others off: what is refused is one part's business.
 */
#include "supervisor/bpf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "shared/bpf_call.h"
#include "supervisor/bpf_object.h"

#define PART_NAMES 4
#define PID_NAMESPACE_INODE                                                                        \
	0xeffffffc /* of the first one: PROC_PID_INIT_INO, linux/proc_ns.h, 6.18 */
#define WHY_SIZE 160
#define MEASURE "measure_processors" /* for exact sums; of its own, it needs Linux 5.19 */

struct part_row {
	const char *programs[PART_NAMES + 1];
	const char *maps[PART_NAMES + 1];
	const char *needs;
};

static const struct part_row rows[BPF_PART_COUNT] = {
	[BPF_PART_ROLL] = { { "roll_call", "roll_find", MEASURE },
			    { "roll", "per_processor" },
			    "bpf_task_get_cgroup1() for programs of this type, of Linux 6.10" },
	[BPF_PART_SIGNAL] = { { "roll_signal" },
			      { "roll" },
			      "bpf_send_signal_task() of Linux 6.13" },
	[BPF_PART_ITER] = { { "roll_iter", MEASURE },
			    { "roll", "per_processor" },
			    "iter/task programs of Linux 5.8" },
	[BPF_PART_SLEEPERS] = { { "sleepers_look" },
				{ "sleepers" },
				"bpf_iter_task_new() of Linux 6.7, with memory groups of v1" },
	[BPF_PART_LIFECYCLE] = { { "on_fork", "on_exit", "on_exec", "on_move" },
				 { "watched", "told", "process_events" },
				 "tp_btf programs and ring buffers of Linux 5.8" },
	[BPF_PART_TREE] = { { "on_made", "on_removed", "on_renamed" },
			    { "group_events" },
			    "tp_btf programs and ring buffers of Linux 5.8" },
};

static struct part {
	struct oomhandlerd_bpf *object; /* NULL: not loaded */
	char why_not[WHY_SIZE];
} parts[BPF_PART_COUNT];

static const struct sleepers *sleepers; /* mapped */

/* The kernel's reasons are long and for programmers; bpf_why_not() has ours. */
static int stay_silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

/* Which parts an object is opened for. */
struct choice {
	bool parts[BPF_PART_COUNT];
	bool unmeasured; /* nothing is to be added up exactly */
};

static bool is_listed(const char *const names[static PART_NAMES + 1], const char *name)
{
	for (int i = 0; i < PART_NAMES && names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static bool needs_program(const struct choice *choice, const char *name)
{
	if (choice->unmeasured && strcmp(name, MEASURE) == 0)
		return false;
	for (int i = 0; i < BPF_PART_COUNT; i++)
		if (choice->parts[i] && is_listed(rows[i].programs, name))
			return true;
	return false;
}

static bool needs_map(const struct choice *choice, const char *name)
{
	for (int i = 0; i < BPF_PART_COUNT; i++)
		if (choice->parts[i] && is_listed(rows[i].maps, name))
			return true;
	return false;
}

static void object_select(const struct choice *choice, struct oomhandlerd_bpf *object)
{
	struct bpf_program *program;
	struct bpf_map *map;

	/* Neither fails before loading. */
	bpf_object__for_each_program(program, object->obj)(void) bpf_program__set_autoload(
		program, needs_program(choice, bpf_program__name(program)));
	bpf_object__for_each_map(map, object->obj) if (!bpf_map__is_internal(map))(void)
		bpf_map__set_autocreate(map, needs_map(choice, bpf_map__name(map)));
}

static int object_configure(const struct bpf_wish *wish, const struct choice *choice,
			    struct oomhandlerd_bpf *object)
{
	int count = libbpf_num_possible_cpus();

	if (count < 0)
		return count;
	object->rodata->processors = (uint32_t)count;
	object->rodata->page_shift = (uint32_t)__builtin_ctzl((unsigned long)sysconf(_SC_PAGESIZE));
	object->rodata->hierarchy = wish->hierarchy;
	if (wish->tasks_most)
		object->rodata->tasks_most = wish->tasks_most;
	if (wish->counters_most || choice->unmeasured)
		object->rodata->counters_most = choice->unmeasured ? 0 : wish->counters_most;
	if (wish->roll >= 0 && needs_map(choice, "roll"))
		return bpf_map__reuse_fd(object->maps.roll, wish->roll);
	return 0;
}

/* Without it sums would be wrong. */
static int object_measure(const struct choice *choice, struct oomhandlerd_bpf *object)
{
	LIBBPF_OPTS(bpf_test_run_opts, options);
	int ret;

	if (!needs_program(choice, MEASURE))
		return 0;
	ret = bpf_prog_test_run_opts(bpf_program__fd(object->progs.measure_processors), &options);
	return ret < 0 ? ret : (int)options.retval;
}

static int object_open(const struct bpf_wish *wish, const struct choice *choice,
		       struct oomhandlerd_bpf **ret_object)
{
	struct oomhandlerd_bpf *object = oomhandlerd_bpf__open();
	int ret;

	if (!object)
		return -errno;
	object_select(choice, object);
	ret = object_configure(wish, choice, object);
	if (ret == 0)
		ret = oomhandlerd_bpf__load(object);
	if (ret == 0)
		ret = object_measure(choice, object);
	if (ret == 0)
		ret = oomhandlerd_bpf__attach(
			object); /* what is only run has nothing to attach to */
	if (ret < 0) {
		oomhandlerd_bpf__destroy(object);
		return ret;
	}
	*ret_object = object;
	return 0;
}

static void part_load(const struct bpf_wish *wish, enum bpf_part part)
{
	struct choice alone = { .parts = { false } };
	struct part *own = &parts[part];
	int ret;

	alone.parts[part] = true;
	ret = object_open(wish, &alone, &own->object);
	if (ret < 0 && part == BPF_PART_ITER) {
		alone.unmeasured = true;
		ret = object_open(wish, &alone, &own->object);
	}
	if (ret == -EPERM) /* -EACCES is what the verifier says */
		(void)snprintf(own->why_not, sizeof(own->why_not),
			       "not permitted: it needs CAP_SYS_ADMIN, or CAP_BPF and CAP_PERFMON, "
			       "in the first user namespace");
	else if (ret < 0)
		(void)snprintf(own->why_not, sizeof(own->why_not),
			       "refused by this kernel (%s); it needs BTF and %s", strerror(-ret),
			       rows[part].needs);
}

static void sleepers_map(void)
{
	struct part *part = &parts[BPF_PART_SLEEPERS];
	void *out;

	if (!part->object)
		return;
	out = mmap(NULL, sizeof(*sleepers), PROT_READ, MAP_SHARED,
		   bpf_map__fd(part->object->maps.sleepers), 0);
	if (out != MAP_FAILED) {
		sleepers = out;
		return;
	}
	(void)snprintf(part->why_not, sizeof(part->why_not), "its map cannot be mapped: %s",
		       strerror(errno));
	part->object =
		NULL; /* others may be in it too: it stays for the program's life, as all do */
}

/*
 * Numbers that the kernel tells us are those of its first pid namespace: in any other one the handler
 * would open, and kill, somebody else by them.
 */
static bool is_host_pid_namespace(void)
{
	struct stat status;

	return stat("/proc/self/ns/pid", &status) == 0 && status.st_ino == PID_NAMESPACE_INODE;
}

/* What speaks against @part before the kernel is asked; NULL: nothing. */
static const char *obstacle(const struct bpf_wish *wish, enum bpf_part part)
{
	size_t size;

	if (!wish->parts[part])
		return "switched off";
	if (part != BPF_PART_TREE && !is_host_pid_namespace())
		return "not in the host's pid namespace, where the kernel's process numbers hold";
	if (wish->roll >= 0 && is_listed(rows[part].maps, "roll") &&
	    bpf_map_size(wish->roll, &size) < 0)
		return "bpf(2) was refused when the daemon was started";
	return NULL;
}

/* All in one object where the kernel takes all: each one costs a reading of the kernel's types. */
void bpf_load(const struct bpf_wish *wish)
{
	struct oomhandlerd_bpf *whole = NULL;
	struct choice choice = { .unmeasured = false };

	(void)libbpf_set_print(stay_silent);
	for (int i = 0; i < BPF_PART_COUNT; i++) {
		const char *reason = obstacle(wish, (enum bpf_part)i);

		choice.parts[i] = !reason;
		(void)snprintf(parts[i].why_not, sizeof(parts[i].why_not), "%s",
			       reason ? reason : "");
	}
	if (object_open(wish, &choice, &whole) < 0)
		whole = NULL;
	for (int i = 0; i < BPF_PART_COUNT; i++) {
		if (choice.parts[i] && whole)
			parts[i].object = whole;
		else if (choice.parts[i])
			part_load(wish, (enum bpf_part)i);
	}
	sleepers_map();
}

const char *bpf_why_not(enum bpf_part part)
{
	if (parts[part].object)
		return NULL;
	return parts[part].why_not[0] ? parts[part].why_not : "not loaded";
}

struct oomhandlerd_bpf *bpf_object(enum bpf_part part)
{
	return parts[part].object;
}

int bpf_program(enum roll_program program)
{
	const struct part *roll = &parts[BPF_PART_ROLL], *signal = &parts[BPF_PART_SIGNAL];

	switch (program) {
	case ROLL_CALL:
		return roll->object ? bpf_program__fd(roll->object->progs.roll_call) : -ENOENT;
	case ROLL_FIND:
		return roll->object ? bpf_program__fd(roll->object->progs.roll_find) : -ENOENT;
	case ROLL_SIGNAL:
		return signal->object ? bpf_program__fd(signal->object->progs.roll_signal)
				      : -ENOENT;
	case ROLL_PROGRAM_COUNT:
		break;
	}
	return -ENOENT;
}

int bpf_iterator_open(void)
{
	const struct part *part = &parts[BPF_PART_ITER];
	int fd = part->object ? bpf_iter_create(bpf_link__fd(part->object->links.roll_iter))
			      : -ENOENT;

	return fd;
}

int bpf_sleepers_look(const struct sleepers **ret_sleepers)
{
	const struct part *part = &parts[BPF_PART_SLEEPERS];
	LIBBPF_OPTS(bpf_test_run_opts, options);
	int ret;

	if (!part->object)
		return -ENOENT;
	ret = bpf_prog_test_run_opts(bpf_program__fd(part->object->progs.sleepers_look), &options);
	if (ret < 0 || sleepers->error < 0)
		return ret < 0 ? ret : sleepers->error;
	*ret_sleepers = sleepers;
	return 0;
}
