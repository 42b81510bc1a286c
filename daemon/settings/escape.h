/*
 * Escapes in the values of a policy file: \\ \n \t \xNN, and a backslash before a blank or any other
 * printable character that is no letter or digit, which takes it literally. They include what text_escape()
 * writes, so that a name can be copied from the status page. And values as words, with blanks between.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define ESCAPE_BYTE_SIZE 5 /* \xNN and the NUL */

/* Writes @byte so that it means itself and nothing else in a value: `a`, `\*`, `\xff`. Return: @text. */
char *escape_byte(char byte, char text[static ESCAPE_BYTE_SIZE]);

/**
 * escape_remove() - a text without wildcards as what it names, in place
 *
 * Errors:  -EINVAL for a broken escape or one that stands for NUL; @text is then half-written.
 */
int escape_remove(char *text);

/**
 * escape_word() - the next word of a value: up to a blank without a backslash before it
 * @rest: where to look; moved behind the word
 *
 * The word is terminated in place; its escapes stay.
 *
 * Return:  NULL at the end.
 */
char *escape_word(char **rest);
