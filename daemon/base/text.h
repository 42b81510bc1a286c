/*
 * Numbers and names in the text of kernel files. No stdio, no locale, no allocation: the handler reads
 * memory.oom_control with these between an event and a signal.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define TEXT_U64_SIZE 21 /* 18446744073709551615 and the NUL */

/**
 * text_to_u64() - the decimal number @text begins with
 * @ret_rest: what follows the last digit; may be NULL
 *
 * Errors:  -EINVAL without a digit, -ERANGE past 64 bits; the outputs are then untouched.
 */
int text_to_u64(const char *text, const char **ret_rest, uint64_t *ret_value);

/**
 * text_field_u64() - the number behind @key in `key value\n` lines
 *
 * Only a whole key at the start of a line counts, so `oom_kill` does not find `oom_kill_disable`.
 *
 * Errors:  -ENOENT without such a line, -EINVAL and -ERANGE as text_to_u64().
 */
int text_field_u64(const char *text, const char *key, uint64_t *ret_value);

/* Writes @value in decimal; @text holds TEXT_U64_SIZE bytes. Return: @text. */
char *text_from_u64(uint64_t value, char text[static TEXT_U64_SIZE]);

/**
 * text_escape() - a hostile name as printable ASCII
 * @target: always NUL-terminated; what does not fit is cut at a whole escape
 *
 * Backslash, newline and tab become \\, \n, \t; every other byte outside printable ASCII becomes \xNN.
 * Names of processes and control groups are chosen by those we watch: unescaped they could forge log
 * lines and drive the operator's terminal.
 *
 * Return:  @target.
 */
char *text_escape(const char *source, char *target, size_t size);

/**
 * text_escape_read() - the byte that stands behind a backslash
 * @at: behind the backslash, before @end
 *
 * What text_escape() writes, and \n, \t, and a backslash before a blank or any other printable character
 * that is no letter or digit, which takes it literally.
 *
 * Return:  bytes read from @at, or -EINVAL for what is no escape.
 */
int text_escape_read(const char *at, const char *end, char *ret_byte);
