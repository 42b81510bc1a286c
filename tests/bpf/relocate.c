/*
 * The object of bpf/ against kernels that are not running. For each of tests/fixtures/btf it is relocated
 * against that kernel's types, and a program is taken to load there if every field it comes to is there
 * (reach.h), and every function, helper, tracepoint and kind of program. A part is there if all of its
 * programs are, and that must be what the table below says.
 *
 * The same judgement of the running kernel must be what bpf_load() finds: that is what makes it one. Not
 * seen here is a verifier of another version; it can refuse what ours takes.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <oomhandlerd.skel.h>

#include "bpf/kernel.h"
#include "bpf/loads.h"
#include "bpf/reach.h"
#include "bpf/relocated.h"
#include "bpf/types.h"
#include "supervisor/bpf.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define PART(name) (1U << BPF_PART_##name)
#define ALL ((1U << BPF_PART_COUNT) - 1)
#define FIXTURES "tests/fixtures/btf"
#define WORDS_MAX 8
#define OLD_SIZES                                                                                  \
	"struct mm_struct___old.rss_stat.count[0].counter",                                        \
		"struct mm_struct___old.rss_stat.count[1].counter"
#define NEW_SIZES                                                                                  \
	"struct mm_struct.rss_stat[0].count", "struct mm_struct.rss_stat[1].count",                \
		"struct mm_struct.rss_stat[1].counters"

/*
 * 6.12 is built without a v1 memory controller (CONFIG_MEMCG_V1): nobody can wait in its OOM, so whoever
 * looks for such is refused, and this daemon has no work there. Later ones have renamed kernfs_node.parent.
 * measure_processors is of a later kind than 5.10, where iter does without it.
 */
static const struct expected_kernel {
	const char *name;
	uint32_t parts;
	const char *reads[WORDS_MAX]; /* fields that some program comes to */
	const char *lacks[WORDS_MAX]; /* fields that no program comes to: another stands in */
} expected[] = {
	{ "5.10.262-cloud",
	  PART(ITER) | PART(LIFECYCLE) | PART(TREE),
	  { OLD_SIZES },
	  { NEW_SIZES } },
	{ "6.1.192-cloud",
	  PART(ITER) | PART(LIFECYCLE) | PART(TREE),
	  { OLD_SIZES, "struct task_struct.memcg_in_oom", "struct kernfs_node.parent" },
	  { NEW_SIZES, "struct kernfs_node___new.__parent" } },
	{ "6.12.117-cloud",
	  PART(ROLL) | PART(ITER) | PART(LIFECYCLE) | PART(TREE),
	  { NEW_SIZES, "struct kernfs_node.parent" },
	  { OLD_SIZES, "struct task_struct.memcg_in_oom", "struct kernfs_node___new.__parent" } },
};

/* As supervisor/bpf.c has them; a tracepoint's with the arguments that the program takes. */
static const struct program_row {
	const char *name;
	uint32_t parts;
	const char *arguments;
} rows[] = {
	{ "measure_processors", PART(ROLL), NULL },
	{ "roll_call", PART(ROLL), NULL },
	{ "roll_find", PART(ROLL), NULL },
	{ "roll_signal", PART(SIGNAL), NULL },
	{ "roll_iter", PART(ITER), NULL },
	{ "sleepers_look", PART(SLEEPERS), NULL },
	{ "on_fork", PART(LIFECYCLE), "task_struct task_struct" },
	{ "on_exit", PART(LIFECYCLE), "task_struct" },
	{ "on_exec", PART(LIFECYCLE), "task_struct" },
	{ "on_move", PART(LIFECYCLE), "cgroup char task_struct" },
	{ "on_made", PART(TREE), "cgroup" },
	{ "on_removed", PART(TREE), "cgroup" },
	{ "on_renamed", PART(TREE), "cgroup" },
};

/* What has been found of one kernel. */
struct judgement {
	const struct kernel *kernel;
	const struct expected_kernel *expected; /* NULL: the running one */
	uint32_t refused; /* parts */
	const struct program_row *told; /* the last program that was said to be refused */
	bool wrong;
	bool reads[WORDS_MAX];
	size_t programs;
};

__attribute__((format(printf, 2, 3))) static void wrong(struct judgement *judgement,
							const char *format, ...)
{
	va_list arguments;

	judgement->wrong = true;
	va_start(arguments, format);
	printf("%s: ", judgement->kernel->name);
	(void)vprintf(format, arguments);
	printf("\n");
	va_end(arguments);
}

static const struct program_row *row_of(const char *program)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (strcmp(rows[i].name, program) == 0)
			return &rows[i];
	return NULL;
}

static void refuse(struct judgement *judgement, const struct program_row *row, const char *lacks,
		   const char *what)
{
	if (judgement->told != row)
		printf("%s: %s is refused: no %s %s\n", judgement->kernel->name, row->name, lacks,
		       what);
	judgement->told = row; /* one reason is enough */
	judgement->refused |= row->parts;
}

static const struct relocated_word *word_of(const char *program, size_t insn)
{
	const struct relocated_word *words;
	size_t count = relocated_words(&words);

	for (size_t i = 0; i < count; i++)
		if (words[i].insn == insn && strcmp(words[i].program, program) == 0)
			return &words[i];
	return NULL;
}

static void judge_attachment(struct judgement *judgement, const struct program_row *row,
			     const char *section)
{
	const struct kernel *kernel = judgement->kernel;

	if (strcmp(section, "syscall") == 0) {
		if (kernel_reach(kernel, "prog_type") <= BPF_PROG_TYPE_SYSCALL)
			refuse(judgement, row, "kind of program", section);
	} else if (strcmp(section, "iter/task") == 0) {
		if (!kernel_has_function(kernel, "bpf_iter_task"))
			refuse(judgement, row, "iterator", section);
	} else if (strncmp(section, "tp_btf/", 7) == 0 && row->arguments) {
		if (!kernel_has_tracepoint(kernel, section + 7, row->arguments))
			refuse(judgement, row, "tracepoint with such arguments", section);
	} else {
		wrong(judgement, "%s in section %s", row->name, section);
	}
}

/* The instruction must name the place that the kernel's types name. */
static void judge_place(struct judgement *judgement, const struct relocated_word *word,
			const struct bpf_insn *insn)
{
	bool memory = BPF_CLASS(insn->code) == BPF_LDX || BPF_CLASS(insn->code) == BPF_ST ||
		      BPF_CLASS(insn->code) == BPF_STX;
	int is = memory ? insn->off : insn->imm;
	int should = types_offset(judgement->kernel->types, word->text);

	if (is != should)
		wrong(judgement, "%s reads %s at %d, which is at %d", word->program, word->text, is,
		      should);
}

static void note_read(struct judgement *judgement, const struct relocated_word *word)
{
	const struct expected_kernel *kernel = judgement->expected;

	for (int i = 0; kernel && i < WORDS_MAX; i++) {
		if (kernel->reads[i] && strcmp(word->text, kernel->reads[i]) == 0)
			judgement->reads[i] = true;
		if (kernel->lacks[i] && strcmp(word->text, kernel->lacks[i]) == 0)
			wrong(judgement, "%s comes to %s", word->program, word->text);
	}
}

static void judge_insn(struct judgement *judgement, const struct program_row *row,
		       const struct bpf_insn *code, size_t at)
{
	const struct relocated_word *word = word_of(row->name, at);
	bool calls = code[at].code == (BPF_JMP | BPF_CALL);

	if (word && strcmp(word->kind, "function") == 0) {
		if (!kernel_has_function(judgement->kernel, word->text))
			refuse(judgement, row, "function", word->text);
	} else if (relocated_is_poison(&code[at])) {
		refuse(judgement, row, "field", word ? word->text : "of a subprogram's");
	} else if (word && strcmp(word->kind, "byte_off") == 0) {
		judge_place(judgement, word, &code[at]);
		note_read(judgement, word);
	} else if (calls && code[at].src_reg == BPF_PSEUDO_KFUNC_CALL) {
		wrong(judgement, "%s: a subprogram calls a function", row->name);
	} else if (calls && code[at].src_reg == 0 &&
		   code[at].imm >= kernel_reach(judgement->kernel, "func_id")) {
		char helper[16];

		(void)snprintf(helper, sizeof(helper), "%d", code[at].imm);
		refuse(judgement, row, "helper", helper);
	}
}

static void judge(void *context, const char *program, const char *section,
		  const struct bpf_insn *code, size_t count)
{
	static bool reached[REACH_MAX];
	struct judgement *judgement = context;
	const struct program_row *row = row_of(program);

	judgement->programs++;
	if (!row || count > REACH_MAX) {
		wrong(judgement, "program %s: %zu instructions, %s row of this test", program,
		      count, row ? "and a" : "no");
		return;
	}
	judge_attachment(judgement, row, section);
	reach_find(code, count, reached);
	for (size_t i = 0; i < count; i++)
		if (reached[i])
			judge_insn(judgement, row, code, i);
}

static void print_parts(const char *kernel, const char *what, uint32_t parts)
{
	printf("%s: %s:", kernel, what);
	for (int i = 0; i < BPF_PART_COUNT; i++)
		if (parts >> i & 1)
			printf(" %s", bpf_part_name((enum bpf_part)i));
	printf("\n");
}

static bool kernel_judge(const struct kernel *kernel, const char *types,
			 const struct expected_kernel *expectation, uint32_t parts)
{
	struct judgement judgement = { .kernel = kernel, .expected = expectation };
	size_t size;
	const void *object = oomhandlerd_bpf__elf_bytes(&size);
	int ret = relocated_open(object, size, types, judge, &judgement);

	if (ret < 0)
		wrong(&judgement, "cannot be relocated: %s", strerror(-ret));
	if (judgement.programs != COUNT(rows))
		wrong(&judgement, "%zu programs", judgement.programs);
	for (int i = 0; expectation && i < WORDS_MAX; i++)
		if (expectation->reads[i] && !judgement.reads[i])
			wrong(&judgement, "nobody reads %s", expectation->reads[i]);
	if ((ALL & ~judgement.refused) != parts) {
		judgement.wrong = true;
		print_parts(kernel->name, "parts that should be there", parts);
	}
	print_parts(kernel->name, "parts", ALL & ~judgement.refused);
	printf("%s bpf/relocate/%s\n", judgement.wrong ? "FAIL" : "PASS", kernel->name);
	return !judgement.wrong;
}

static bool fixtures_judge(void)
{
	bool good = true;

	for (size_t i = 0; i < COUNT(expected); i++) {
		struct kernel kernel;
		char types[256];

		(void)snprintf(types, sizeof(types), FIXTURES "/%s.btf", expected[i].name);
		kernel_read(&kernel, expected[i].name, FIXTURES);
		good &= kernel_judge(&kernel, types, &expected[i], expected[i].parts);
		kernel_done(&kernel);
	}
	return good;
}

/* Where the youngest of what they need is there, so must all parts be, whatever the judgement. */
static bool running_judge(uint32_t loaded)
{
	struct kernel kernel;
	bool good;

	kernel_read_running(&kernel, OBJECT);
	good = kernel_judge(&kernel, "/sys/kernel/btf/vmlinux", NULL, loaded);
	if (kernel_has_function(&kernel, "bpf_send_signal_task") &&
	    types_offset(kernel.types, "struct task_struct.memcg_in_oom") >= 0) {
		good &= loaded == ALL;
		printf("%s bpf/load/all\n", loaded == ALL ? "PASS" : "FAIL");
	}
	kernel_done(&kernel);
	return good;
}

/* Parts do not lean on each other: each loads alone, and the others without it, as with all. */
static bool parts_load(uint32_t with_all)
{
	bool good = true;

	for (uint32_t part = 1; part < ALL; part <<= 1) {
		uint32_t alone = loads_try(part), without = loads_try(ALL & ~part);

		if (alone == (with_all & part) && without == (with_all & ~part))
			continue;
		good = false;
		print_parts("running", "wished", part);
		print_parts("running", "there", alone);
		print_parts("running", "without it", without);
	}
	printf("%s bpf/load/parts\n", good ? "PASS" : "FAIL");
	return good;
}

int main(void)
{
	uint32_t loaded;
	bool good;

	if (geteuid() != 0 || access("/sys/kernel/btf/vmlinux", R_OK) < 0) {
		printf("SKIP bpf/relocate (needs root, and a kernel with BTF)\n");
		return 77;
	}
	loaded = loads_try(ALL);
	good = parts_load(loaded);
	good &= running_judge(loaded);
	good &= fixtures_judge();
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
