/*
 * Signals by name and number, as the terminate step takes them: those a process can handle. SIGKILL and
 * SIGSTOP are none of them.
 */
#pragma once

#include <stdint.h>

#define SIGNALS_NAME_SIZE 16

/**
 * signals_parse() - `SIGTERM` or `15`
 *
 * Errors:  -EINVAL for neither a name nor a number, -ERANGE for a signal that cannot be handled.
 */
int signals_parse(const char *text, uint32_t *ret_number);

/* Its name where it has one here, else its number; also for SIGKILL. Return: @text. */
char *signals_name(uint32_t number, char text[static SIGNALS_NAME_SIZE]);
