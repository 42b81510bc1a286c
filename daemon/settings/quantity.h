/*
 * Sizes and times as text that units_parse_bytes() and units_parse_span() read back: the largest
 * unit that divides the value exactly, so nothing is rounded.
 */
#pragma once

#include <stddef.h>

#include "base/units.h"

#define QUANTITY_SIZE 24 /* 20 digits, `min`, NUL */

/* `64M`; cut when @text is too small. Return: @text. */
char *quantity_print_bytes(struct bytes value, char *text, size_t size);

/* `250ms`; less than a microsecond is lost, no option can say it. Return: @text. */
char *quantity_print_span(struct nsec value, char *text, size_t size);
