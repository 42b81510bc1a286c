/*
 * The object of bpf/ as libbpf relocates it against the types of some kernel, looked at before the running
 * kernel sees any of it: which instruction reads which field, which calls which function, and which was
 * replaced by an invalid one because the field is not there.
 *
 * Fields and functions by their names: libbpf tells them in its debugging output only (read at 1.1.2).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/bpf.h>

#define RELOCATED_TEXT 96

/* What one instruction stands for. */
struct relocated_word {
	char program[32]; /* or subprogram */
	char text[RELOCATED_TEXT]; /* "struct task_struct.mm", or the name of a function */
	char kind[16]; /* "byte_off", "field_exists", ...; "function" */
	int number; /* of a relocation in its section, -1: a function */
	size_t insn; /* in the program */
	bool poisoned;
};

/* Called for each program of the object, with all of its words to be had from relocated_words(). */
typedef void relocated_look(void *context, const char *program, const char *section,
			    const struct bpf_insn *code, size_t count);

/**
 * relocated_open() - relocate the object and show each of its programs
 * @types: a file of BTF
 *
 * Return:  0; else a negative error, which is the running kernel's or a relocation's that is no field's.
 */
int relocated_open(const void *object, size_t size, const char *types, relocated_look *look,
		   void *context);

/* Of the last object opened; borrowed. */
size_t relocated_words(const struct relocated_word **ret_words);

/* Is the instruction libbpf's invalid one? */
bool relocated_is_poison(const struct bpf_insn *insn);
