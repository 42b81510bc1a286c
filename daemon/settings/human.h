/*
 * Sizes and times as people read them: three significant digits or so, a unit at the end. Machines get
 * the exact numbers through --json.
 */
#pragma once

#include "base/units.h"

#define HUMAN_SIZE 24

/* "512B", "4.0K", "64.0M", "1.5T". Return: @text. */
char *human_bytes(struct bytes size, char text[static HUMAN_SIZE]);

/* As human_bytes(), "none" for what the kernel reports of a limit that was never set. */
char *human_limit(struct bytes limit, char text[static HUMAN_SIZE]);

/* "0", "850ns", "12.5us", "4.2ms", "1.3s", "3min 20s", "2h 5min", "4d 3h". Return: @text. */
char *human_span(struct nsec span, char text[static HUMAN_SIZE]);
