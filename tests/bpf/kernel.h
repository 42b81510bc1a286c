/*
 * What a program of bpf/ finds in some kernel: its types, from a file of BTF, and what is no relocation,
 * as names.sh has written it down. Which kinds of program may call a function is in neither.
 */
#pragma once

#include <stdbool.h>

struct btf;

struct kernel {
	const char *name;
	struct btf *types;
	char *names; /* text of names.sh */
};

/* Of a fixture. Both fail with a message and end the program: nothing is tested without. */
void kernel_read(struct kernel *kernel, const char *name, const char *folder);
/* The running one; @object: file of the object, for names.sh. */
void kernel_read_running(struct kernel *kernel, const char *object);
void kernel_done(struct kernel *kernel);

bool kernel_has_function(const struct kernel *kernel, const char *name);
/* @arguments: names of types, as many as the program takes. */
bool kernel_has_tracepoint(const struct kernel *kernel, const char *name, const char *arguments);
/* @kind: "func_id" or "prog_type". */
int kernel_reach(const struct kernel *kernel, const char *kind);
