/* See relocated.h. Programs are refused at the last moment before they would be loaded. */
#include "bpf/relocated.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#define WORDS_MAX 2048
#define POISON 0xbad2310 /* tools/lib/bpf/relo_core.c, bpf_core_poison_insn() */

static struct relocated_word words[WORDS_MAX];
static size_t count;

static struct {
	struct bpf_object *object;
	relocated_look *look;
	void *context;
	bool looked;
} now;

static struct relocated_word *word_add(const char *program, const char *kind, const char *text)
{
	struct relocated_word *word = &words[count];

	if (count == WORDS_MAX)
		return word - 1; /* a test that lacks its last words will say so */
	count++;
	memset(word, 0, sizeof(*word));
	(void)snprintf(word->program, sizeof(word->program), "%s", program);
	(void)snprintf(word->kind, sizeof(word->kind), "%s", kind);
	(void)snprintf(word->text, sizeof(word->text), "%s", text);
	return word;
}

static void line_read(const char *line)
{
	char program[32], kind[16], text[RELOCATED_TEXT];
	int number, insn;

	if (sscanf(line,
		   "libbpf: prog '%31[^']': found extern #%*d '%95[^']' (sym %*d) for insn #%d",
		   program, text, &insn) == 3) {
		struct relocated_word *word = word_add(program, "function", text);

		word->number = -1;
		word->insn = (size_t)insn;
	}
	/* "... (0:1 @ offset 8)", or "... = 4" of an enum */
	if (sscanf(line, "libbpf: prog '%31[^']': relo #%d: <%15[^>]> [%*d] %95[^(=]", program,
		   &number, kind, text) == 4) {
		text[strcspn(text, "\n")] = '\0';
		text[strlen(text) - 1] = '\0';
		word_add(program, kind, text)->number = number;
	}
	if (!count)
		return;
	if (sscanf(line, "libbpf: prog '%*[^']': relo #%d: patched insn #%d", &number, &insn) == 2)
		words[count - 1].insn = (size_t)insn;
	if (sscanf(line, "libbpf: prog '%*[^']': relo #%d: substituting insn #%d", &number,
		   &insn) == 2) {
		words[count - 1].insn = (size_t)insn;
		words[count - 1].poisoned = true;
	}
}

static int print(enum libbpf_print_level level, const char *format, va_list arguments)
{
	char line[512];

	(void)level;
	(void)vsnprintf(line, sizeof(line), format, arguments);
	line_read(line);
	return 0;
}

/* The first program is about to be loaded: by now all are relocated. */
static int refuse(struct bpf_program *first, struct bpf_prog_load_opts *options, long cookie)
{
	struct bpf_program *program;

	(void)first;
	(void)options;
	(void)cookie;
	now.looked = true;
	bpf_object__for_each_program(program, now.object)
		now.look(now.context, bpf_program__name(program),
			 bpf_program__section_name(program), bpf_program__insns(program),
			 bpf_program__insn_cnt(program));
	return -ECANCELED;
}

/* All as one kind of program: then nothing of theirs is looked for in the running kernel. */
static int handlers_register(void)
{
	static const char *const sections[] = { "syscall", "iter/task", "tp_btf+" };
	static bool registered;
	LIBBPF_OPTS(libbpf_prog_handler_opts, options, .prog_prepare_load_fn = refuse);

	for (size_t i = 0; !registered && i < sizeof(sections) / sizeof(*sections); i++) {
		int ret = libbpf_register_prog_handler(sections[i], BPF_PROG_TYPE_SYSCALL, 0,
						       &options);

		if (ret < 0)
			return ret;
	}
	registered = true;
	return 0;
}

int relocated_open(const void *object, size_t size, const char *types, relocated_look *look,
		   void *context)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "oomhandlerd",
		    .btf_custom_path = types);
	struct bpf_program *program;
	int ret = handlers_register();

	if (ret < 0)
		return ret;
	count = 0;
	now.look = look;
	now.context = context;
	now.looked = false;
	(void)libbpf_set_print(print);
	now.object = bpf_object__open_mem(object, size, &options);
	if (!now.object)
		return -errno;
	bpf_object__for_each_program(program, now.object)(void)
		bpf_program__set_autoload(program, true); /* fails only after loading */
	ret = bpf_object__load(now.object);
	bpf_object__close(now.object);
	return now.looked ? 0 : ret;
}

size_t relocated_words(const struct relocated_word **ret_words)
{
	*ret_words = words;
	return count;
}

/* libbpf adds the relocation's number to it. */
bool relocated_is_poison(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == 0 && insn->imm >= POISON &&
	       insn->imm < POISON + WORDS_MAX;
}
